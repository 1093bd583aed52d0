// The grid of a list of cases: AG Grid over pages of rows, in our words, numbers and colours.
"use strict";
(function (vigie) {
  const { t, make } = vigie;
  const PAGE = 100; // rows of one request
  const LOCALE = "grid_";
  const COLUMNS = [
    { name: "case_id", kind: "text", width: 126, pinned: "left" },
    { name: "case_type", kind: "text", width: 160, flex: 1.2, least: 150 },
    { name: "state", kind: "state", width: 122 },
    { name: "received_on", kind: "date", width: 128 },
    { name: "closed_on", kind: "date", width: 128 },
    { name: "delay", kind: "number", width: 92 },
    { name: "norm_days", kind: "number", width: 92 },
    { name: "chance", kind: "percent", width: 98 },
    { name: "returns", kind: "number", width: 92 },
    { name: "return_reason", kind: "text", width: 158, flex: 1, least: 140 },
    { name: "documents", kind: "number", width: 92 },
    { name: "agent", kind: "text", width: 100 },
    { name: "agency", kind: "text", width: 120 },
    { name: "treated", kind: "number", width: 92 },
  ];
  const STATES = { open: "hourglass-split", returned: "arrow-return-left", closed: "check-circle-fill", rejected: "x-circle" };
  const KINDS = {
    text: { filter: "agTextColumnFilter", options: ["contains", "equals"], placeholder: "cases_ph_text" },
    number: { filter: "agNumberColumnFilter", options: ["greaterThan", "lessThan", "equals", "inRange"], placeholder: "cases_ph_number" },
    percent: { filter: "agNumberColumnFilter", options: ["greaterThan", "lessThan", "inRange"], placeholder: "cases_ph_percent" },
    date: { filter: "agDateColumnFilter", options: ["greaterThan", "lessThan", "equals", "inRange"] },
  };
  const OPERATORS = { contains: "contains", equals: "eq", greaterThan: "gt", lessThan: "lt", inRange: "between" };

  vigie.caseColumns = COLUMNS.map((column) => column.name);
  vigie.caseStates = STATES;

  // The library, asked for when the first list comes into sight; its address names its version.
  let library = null;
  const load = (address) =>
    (library ||= new Promise((resolve, reject) => {
      const script = make("script", "");
      script.addEventListener("load", () => resolve(window.agGrid));
      script.addEventListener("error", () => {
        library = null;
        script.remove();
        reject(new Error(address));
      });
      script.src = address;
      document.head.append(script);
    }));

  const days = new Map();
  vigie.day = (iso) => {
    if (!iso) return "";
    const lang = document.documentElement.lang;
    if (!days.has(lang)) {
      const shape = { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" };
      days.set(lang, new Intl.DateTimeFormat(lang === "en" ? "en-GB" : "fr-FR", shape));
    }
    const text = days.get(lang).format(new Date(iso + "T00:00:00Z"));
    return lang === "en" ? text : text.replace(/^1 /, "1ᵉʳ ").replace(/ /g, "\u00a0");
  };

  // A case's state as word and sign, its delay with a sign past the norm: colour alone says nothing.
  vigie.stateMark = (state) => make("span", "st-" + state, vigie.icon(STATES[state]), t("cases_state_" + state));
  vigie.delayMark = (row) => {
    if (row.delay === null) return make("span", "", "–");
    const words = vigie.number(row.delay) + "\u00a0" + t("day");
    if (row.delay <= row.norm_days) return make("span", "", words);
    return make("span", "case-late", vigie.icon("exclamation-triangle"), make("span", "vh", t("cases_over") + " "), words);
  };

  const texts = {
    text: (row, name) => row[name] ?? "–",
    number: (row, name) => (name === "norm_days" ? vigie.number(row[name]) + "\u00a0" + t("day") : row[name] === null ? "–" : vigie.number(row[name])),
    percent: (row, name) => (row[name] === null ? "–" : vigie.percent(row[name], 0)),
    date: (row, name) => vigie.day(row[name]),
    state: (row, name) => t("cases_state_" + row[name]),
  };
  // A cell as it is read, and as it is copied.
  vigie.caseText = (row, name) => {
    if (name === "delay") return row.delay === null ? "–" : vigie.number(row.delay) + "\u00a0" + t("day");
    return texts[COLUMNS.find((column) => column.name === name).kind](row, name);
  };

  function render({ data, colDef }) {
    if (!data) return make("span", "case-wait", "");
    if (colDef.field === "state") return vigie.stateMark(data.state);
    if (colDef.field === "delay") return vigie.delayMark(data);
    if (colDef.field === "case_id") return make("span", "case-id", data.case_id);
    return vigie.caseText(data, colDef.field);
  }

  // The states one may choose from: a list of words instead of a text to type.
  class StateFilter {
    init() {
      this.held = null;
      this.node = make("div", "");
    }
    getGui() {
      return this.node;
    }
    isFilterActive() {
      return this.held !== null;
    }
    doesFilterPass() {
      return true;
    }
    getModel() {
      return this.held && { filterType: "state", type: "in", filter: this.held };
    }
    setModel(model) {
      this.held = model?.filter || null;
    }
  }
  class StateChoice {
    init({ api, column }) {
      const option = (value, text) => Object.assign(make("option", "", text), { value });
      this.node = make("select", "case-choice", option("", t("cases_any_state")), ...Object.keys(STATES).map((state) => option(state, t("cases_state_" + state))));
      this.node.setAttribute("aria-label", `${t("cases_state")} ${t("grid_ariaFilterInput")}`);
      this.node.addEventListener("change", async () => {
        const value = this.node.value;
        await api.setColumnFilterModel(column.getColId(), value ? { filterType: "state", type: "in", filter: value } : null);
        api.onFilterChanged();
      });
    }
    getGui() {
      return this.node;
    }
    onParentModelChanged(model) {
      this.node.value = model?.filter || "";
    }
  }

  function definition(column, hidden) {
    const { name, kind } = column;
    const numeric = kind === "number" || kind === "percent";
    const common = {
      field: name,
      headerName: t("cases_" + name),
      headerTooltip: t(`cases_${name}_why`) || undefined,
      hide: hidden.includes(name),
      width: column.width,
      minWidth: column.least || 72,
      flex: column.flex,
      pinned: column.pinned,
      lockPinned: true,
      cellClass: numeric ? "num" : undefined,
      headerClass: numeric ? "ag-right-aligned-header" : undefined,
      cellRenderer: render,
      initialSort: name === "delay" ? "desc" : undefined,
      floatingFilter: true,
      suppressFloatingFilterButton: true,
      sortingOrder: numeric || kind === "date" ? ["desc", "asc", null] : ["asc", "desc", null],
    };
    if (kind === "state") return { ...common, filter: StateFilter, floatingFilterComponent: StateChoice, suppressHeaderFilterButton: true };
    const { filter, options } = KINDS[kind];
    const params = { filterOptions: options, maxNumConditions: 1, debounceMs: 300, inRangeInclusive: true };
    return { ...common, filter, filterParams: params };
  }

  // Colours come from our tokens, which follow the theme by themselves.
  function theme(agGrid) {
    return agGrid.themeQuartz.withParams({
      accentColor: "var(--pri)",
      backgroundColor: "var(--surface)",
      foregroundColor: "var(--ink)",
      textColor: "var(--ink)",
      borderColor: "var(--line)",
      rowBorder: { color: "var(--line)" },
      columnBorder: false,
      headerBackgroundColor: "var(--surface-2)",
      headerTextColor: "var(--ink-2)",
      headerFontWeight: 560,
      headerFontSize: 12,
      headerColumnResizeHandleColor: "var(--control)",
      rowHoverColor: "var(--surface-2)",
      selectedRowBackgroundColor: "var(--pri-soft)",
      menuBackgroundColor: "var(--surface)",
      chromeBackgroundColor: "var(--surface-2)",
      inputBackgroundColor: "var(--surface)",
      inputTextColor: "var(--ink)",
      inputPlaceholderTextColor: "var(--ink-3)",
      inputBorder: { color: "var(--control)" },
      inputFocusBorder: { color: "var(--pri)" },
      inputFocusShadow: "none",
      focusShadow: "none",
      iconColor: "var(--ink-3)",
      subtleTextColor: "var(--ink-3)",
      tooltipBackgroundColor: "var(--surface)",
      tooltipTextColor: "var(--ink)",
      wrapperBorderRadius: 8,
      borderRadius: 5,
      browserColorScheme: "inherit",
      fontFamily: "inherit",
      fontSize: 13,
      spacing: 6,
      rowHeight: 36,
      headerHeight: 36,
    });
  }

  function words() {
    const names = Object.keys(vigie.texts).filter((key) => key.startsWith(LOCALE));
    return Object.fromEntries(names.map((key) => [key.slice(LOCALE.length), vigie.texts[key]]));
  }

  // Sorts and filters as the server reads them.
  const day = (text) => text.slice(0, 10);
  function condition(name, model) {
    const column = COLUMNS.find((each) => each.name === name);
    if (column.kind === "state") return `${name}:in:${model.filter}`;
    const operator = column.kind === "text" && model.type === "equals" ? "equals" : OPERATORS[model.type];
    const [from, to] = column.kind === "date" ? [model.dateFrom && day(model.dateFrom), model.dateTo && day(model.dateTo)] : [model.filter, model.filterTo];
    const scaled = (value) => (column.kind === "percent" ? value / 100 : value);
    return `${name}:${operator}:${operator === "between" ? `${scaled(from)}..${scaled(to)}` : scaled(from)}`;
  }
  vigie.caseParams = (sorts, filters) => [
    ...sorts.map(({ colId, sort }) => ["sort", `${colId}:${sort}`]),
    ...Object.entries(filters || {}).map(([name, model]) => ["filter", condition(name, model)]),
  ];

  // Every filter says what it takes, to the eye and to a screen reader.
  function label(element) {
    for (const cell of element.querySelectorAll(".ag-floating-filter[col-id]")) {
      const column = COLUMNS.find((each) => each.name === cell.getAttribute("col-id"));
      const placeholder = column && KINDS[column.kind]?.placeholder;
      for (const input of cell.querySelectorAll("input:not([disabled])")) {
        if (placeholder) input.placeholder = t(placeholder);
        input.setAttribute("aria-label", `${t("cases_" + column.name)}, ${t("grid_ariaFilterInput")}`);
      }
    }
  }

  // A grid in `element`; `ask(start, count, params)` promises {rows, total}; `opened(row, index)` opens a case.
  vigie.caseGrid = async (element, { address, hidden, ask, opened }) => {
    const agGrid = await load(address);
    if (!element.isConnected) return null;
    const source = {
      async getRows({ startRow, endRow, sortModel, filterModel, successCallback, failCallback }) {
        try {
          const answer = await ask(startRow, Math.min(endRow - startRow, PAGE), vigie.caseParams(sortModel, filterModel));
          if (answer) successCallback(answer.rows, answer.total);
          else failCallback();
        } catch {
          failCallback();
        }
      },
    };
    const api = agGrid.createGrid(element, {
      theme: theme(agGrid),
      rowModelType: "infinite",
      datasource: source,
      cacheBlockSize: PAGE,
      maxBlocksInCache: 20,
      blockLoadDebounceMillis: 20,
      infiniteInitialRowCount: 10,
      columnDefs: COLUMNS.map((column) => definition(column, hidden)),
      defaultColDef: { sortable: true, resizable: true, suppressHeaderMenuButton: true },
      getRowId: ({ data }) => data.case_id,
      rowClassRules: { "case-open": ({ data }) => Boolean(data) && data.case_id === vigie.openCase },
      localeText: words(),
      suppressColumnVirtualisation: true,
      ensureDomOrder: true,
      enableCellTextSelection: true,
      suppressMovableColumns: false,
      suppressDragLeaveHidesColumns: true,
      tooltipShowDelay: 400,
      animateRows: false,
      onRowClicked: ({ data, rowIndex }) => data && !String(getSelection()) && opened(data, rowIndex),
      onCellKeyDown({ data, rowIndex, event }) {
        if (!data || event.defaultPrevented) return;
        if (event.key === "Enter") opened(data, rowIndex);
        if (event.key === "c" && (event.ctrlKey || event.metaKey) && !String(getSelection())) copy(api, data);
      },

      onDisplayedColumnsChanged: () => requestAnimationFrame(() => label(element)),
    });
    element.querySelector("[role=grid], [role=treegrid]")?.setAttribute("aria-label", t("cases_grid"));
    requestAnimationFrame(() => label(element));
    return api;
  };

  async function copy(api, row) {
    const shown = api.getAllDisplayedColumns().map((column) => column.getColId());
    await navigator.clipboard.writeText(shown.map((name) => vigie.caseText(row, name)).join("\t"));
    vigie.say(t("cases_row_copied"));
  }
})(window.vigie);
