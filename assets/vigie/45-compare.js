// The menu « Comparer à »: the references of the page, several at once; one that cannot be shown says what it lacks.
"use strict";
(function (vigie) {
  const { make, put } = vigie;
  let held = { text: "", choices: [] };

  vigie.compare = (compare) => {
    held = compare;
    const place = document.getElementById("menu-compare-value");
    if (!place) return;
    if (!place.children.length) place.replaceChildren(make("span"), make("span", "names"));
    const [count, names] = place.children;
    put(count, compare.count);
    put(names, compare.names);
    place.closest("summary").title = compare.count + compare.names;
  };

  vigie.menus.compare = (panel) => {
    const nodes = vigie.pool(panel, held.choices.length, () => {
      const button = make("button", "item", make("span", "box"), make("span", "n"), make("small", "sub"));
      button.dataset.action = "compare";
      return button;
    });
    held.choices.forEach(([name, label, lacking, chosen], i) => {
      const node = nodes[i];
      node.dataset.name = name;
      node.setAttribute("aria-pressed", String(chosen));
      if (lacking) node.setAttribute("aria-disabled", "true");
      else node.removeAttribute("aria-disabled");
      put(node.children[1], label);
      put(node.children[2], lacking);
    });
  };

  // What is ticked changes at once, so that several in a row are all kept.
  vigie.actions.compare = (node) => {
    if (node.getAttribute("aria-disabled") === "true") return;
    const choice = held.choices.find(([name]) => name === node.dataset.name);
    choice[3] = !choice[3];
    node.setAttribute("aria-pressed", String(choice[3]));
    vigie.send({ compare: held.choices.filter(([, , , chosen]) => chosen).map(([name]) => name) });
  };
})(window.vigie);
