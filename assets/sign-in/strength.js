// What a password lacks, as it is typed: the same rules as the server's, which has the last word.
"use strict";
(function () {
  const list = document.getElementById("strength");
  const field = document.getElementById("password");
  if (!list || !field) return;
  const rules = JSON.parse(list.dataset.rules);
  const LEET = { 0: "o", 1: "l", 3: "e", 4: "a", 5: "s", 7: "t", 8: "b", 9: "g", "@": "a", "$": "s", "!": "i", "€": "e" };
  const NUL = "\0";

  const fold = (text) => text.toLowerCase().replaceAll("ß", "ss").normalize("NFD").replace(/\p{Mn}/gu, "");
  const words = (text) => new Set(text.split(/[\s\-_.,;:!?'’]+/u).filter((word) => [...word].length > 1).map((word) => word.toLowerCase()));
  const varied = (text) => /\p{Lu}/u.test(text) && /\p{Ll}/u.test(text) && /\p{Nd}/u.test(text);
  const parts = (name) => fold(name).split(/[^\p{L}\p{N}]+/u).filter((part) => part.length > 3);

  const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const pieces = new Set();
  for (const line of rules.runs) {
    for (const row of [line, [...line].reverse().join("")]) {
      for (let length = 4; length <= row.length; length++) {
        for (let start = 0; start + length <= row.length; start++) pieces.add(row.slice(start, start + length));
      }
    }
  }
  const longestFirst = (a, b) => b.length - a.length || (a < b ? -1 : 1);
  const runs = new RegExp([...pieces].sort(longestFirst).map(escaped).join("|"), "g");
  const common = [...rules.common].sort((a, b) => b.length - a.length);

  function compressed(text) {
    for (const word of common) text = text.replaceAll(word, NUL);
    return [...text.replace(runs, NUL).replace(/(19|20)\d\d/g, NUL).replace(/(.{1,8}?)\1+/gsu, "$1")].length;
  }
  function apart(text) {
    const folded = fold(text);
    const plain = [...folded].map((c) => LEET[c] ?? c).join("");
    return Math.min(compressed(folded), compressed(plain));
  }

  // The rules that the password does not meet.
  function lacking(password, names) {
    const text = password.normalize("NFKC");
    const lacks = [];
    if ([...text].length < rules.shortest) lacks.push("length");
    if (!varied(text) && words(text).size < rules.words) lacks.push("kinds");
    if (names.some((name) => parts(name).some((part) => fold(text).includes(part)))) lacks.push("own_name");
    if (apart(text) < rules.apart) lacks.push("common");
    return lacks;
  }

  const typed = () => [document.getElementById("name"), document.getElementById("label")].map((node) => node?.value || "");

  function draw() {
    const lacks = field.value ? lacking(field.value, [...rules.names, ...typed()]) : null;
    for (const line of list.children) {
      const met = lacks !== null && !lacks.includes(line.dataset.rule);
      line.className = met ? "ok" : "";
      line.querySelector(".i").className = "i i-" + (met ? "check-circle-fill" : "circle");
      line.querySelector(".state").textContent = lacks === null ? "" : " : " + (met ? list.dataset.met : list.dataset.unmet);
    }
    list.dataset.lacks = lacks === null ? "" : lacks.join(" ");
  }
  for (const node of [field, document.getElementById("name"), document.getElementById("label")]) node?.addEventListener("input", draw);
  draw();
})();
