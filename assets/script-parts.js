
/** Parts that the Script tab is drawn from: elements, words, figures, menus. What people wrote is only ever set as text. */
encore.desk = {words: {}, icons: {}};
{
  const desk = encore.desk;

  /** An element; properties are attributes, `on…` listeners, and a few that only exist as properties. */
  const LIVE = new Set(["value", "checked", "disabled", "hidden", "indeterminate", "readOnly"]);
  desk.el = (tag, properties = {}, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (value === undefined || value === null) continue;
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (LIVE.has(name)) node[name] = value;
      else desk.mark(node, name, value);
    }
    node.append(...children.flat().filter(child => child !== null && child !== undefined && child !== false && child !== ""));
    return node;
  };
  const {el} = desk;

  /** The words under `key`, with `{placeholders}` filled. */
  desk.say = (key, details = {}) => (desk.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => details[name] ?? "");
  const {say} = desk;

  /** A drawing of the page's own, by name. */
  const drawn = new Map();
  desk.icon = name => {
    if (!drawn.has(name)) {
      const template = document.createElement("template");
      template.innerHTML = desk.icons[name]; // the page's own drawing, never what somebody wrote
      drawn.set(name, template.content.firstElementChild);
    }
    return drawn.get(name).cloneNode(true);
  };
  const {icon} = desk;

  /** A button with a drawing, named by `words`; `shown` writes them beside it. */
  desk.button = (act, drawing, words, {shown = false, ...properties} = {}) =>
    el("button", {type: "button", "data-act": act, title: shown ? null : words, "aria-label": shown ? null : words, ...properties},
      drawing && icon(drawing), shown && el("span", {}, words));

  /** Change what is there only where it differs, so that nothing flickers or loses the focus. */
  desk.put = (node, value, name = "textContent") => { if (node[name] !== value) node[name] = value; };
  desk.mark = (node, name, value) => {
    const told = typeof value === "boolean" && !name.startsWith("aria-") ? value ? "" : null : value ?? null;
    if (told === null) node.removeAttribute(name);
    else if (node.getAttribute(name) !== String(told)) node.setAttribute(name, told);
  };

  /** A duration as people read it, like the badges of the other tabs. */
  desk.span = ms => {
    if (ms < 10) return say("unit.ms", {value: ms.toFixed(1)});
    if (ms < 100) return say("unit.ms", {value: ms.toFixed(0)});
    if (ms < 10_000) return say("unit.s", {value: (ms / 1000).toFixed(2)});
    if (ms < 120_000) return say("unit.s", {value: (ms / 1000).toFixed(1)});
    if (ms < 7_200_000) return say("unit.min", {value: (ms / 60_000).toFixed(1)});
    return say("unit.h", {value: (ms / 3_600_000).toFixed(1)});
  };

  /** A duration that nobody knows exactly. */
  desk.roughly = ms => ms < 90_000 ? say("unit.s", {value: Math.ceil(ms / 1000)}) : desk.span(ms);

  /** A place on a timeline: `1:02.3`, `1:02:03.4`. */
  desk.clock = seconds => {
    const tenths = Math.round(Math.max(0, seconds) * 10), whole = Math.floor(tenths / 10);
    const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
    const two = number => String(number).padStart(2, "0");
    return `${h ? `${h}:${two(m)}` : m}:${two(s)}.${tenths % 10}`;
  };

  /** Seconds from `1:02.3` or `62.3`; null for what is no time. */
  desk.unclock = text => {
    const parts = text.trim().replace(",", ".").split(":");
    if (!parts.length || parts.length > 3 || parts.some(part => !/^\d+(\.\d+)?$/.test(part))) return null;
    return parts.reduce((whole, part) => whole * 60 + Number(part), 0);
  };

  desk.length = seconds => seconds < 60 ? say("unit.s", {value: seconds.toFixed(1)}) : desk.clock(seconds);

  /** Python counts letters, the browser halves of them. */
  desk.utf16 = (text, count) => /[\ud800-\udbff]/.test(text) ? [...text].slice(0, count).join("").length : count;
  desk.letters = (text, units) => /[\ud800-\udbff]/.test(text) ? [...text.slice(0, units)].length : units;

  /** What the cache did for a line, by colour, shape and words. */
  desk.badge = (outcome, label, ms, title = "") =>
    el("span", {class: "e-badge", "data-outcome": outcome, title}, icon(outcome), label, ms === null ? null : el("i", {}, desk.span(ms)));

  /** The segments in their order, each in the colour of its outcome. */
  desk.rail = segments => el("div", {class: "e-rail", "aria-hidden": "true"}, segments.map(segment =>
    el("span", {"data-outcome": segment.outcome, style: `flex:${Math.max(1, segment.text.length)} 0 0`, title: `${say(`outcome.${segment.outcome}`)} — ${segment.text}`})));

  /** An outline of a sound, twice: the upper one is uncovered as far as it was played. */
  desk.wave = (bars, words) => {
    const path = bars.map((bar, at) => `M${at + 0.5} ${(50 - 46 * bar).toFixed(1)}v${(92 * bar + 2).toFixed(1)}`).join("");
    const drawing = () => {
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg"), line = document.createElementNS(svg.namespaceURI, "path");
      for (const [name, value] of [["viewBox", `0 0 ${bars.length || 1} 102`], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
      line.setAttribute("d", path);
      svg.append(line);
      return svg;
    };
    return el("div", {class: "e-wave", "data-act": "seek", title: words}, drawing(), el("div", {class: "e-played"}, drawing()));
  };

  /** A labelled field. */
  desk.field = (words, control, help = null) =>
    el("label", {class: "e-field"}, el("span", {}, words), control, help && el("small", {}, help));

  desk.select = (choices, value, properties = {}) => {
    const select = el("select", properties);
    let group = null, place = select;
    for (const choice of choices) {
      if ((choice.group ?? null) !== group) {
        group = choice.group ?? null;
        place = group ? select.appendChild(el("optgroup", {label: group})) : select;
      }
      place.append(el("option", {value: choice.value}, choice.label));
    }
    if (value && !choices.some(choice => choice.value === value)) select.prepend(el("option", {value}, say("desk.voice_gone")));
    select.value = value;
    return select;
  };

  /** A menu under `anchor`; entries are {words, icon, key, act, off, quiet} or "-" for a line, or a string for a heading. */
  desk.menu = (anchor, entries) => {
    document.querySelector(".e-menu")?.close();
    const menu = el("div", {class: "e-menu", role: "menu", popover: "auto"}, entries.map(entry =>
      entry === "-" ? el("hr", {role: "separator"})
        : typeof entry === "string" ? el("p", {role: "presentation"}, entry)
        : el("button", {type: "button", role: "menuitem", tabindex: "-1", class: entry.quiet ? "e-quiet" : "", disabled: Boolean(entry.off), onclick: () => { close(); entry.act(); }},
          entry.icon ? icon(entry.icon) : el("i"), el("span", {}, entry.words), entry.key && el("kbd", {}, entry.key))));
    const close = menu.close = () => {
      if (!menu.isConnected) return;
      menu.remove();
      anchor.setAttribute("aria-expanded", "false");
      if (document.activeElement === document.body) anchor.focus();
    };
    anchor.closest(".e-script").append(menu);
    menu.addEventListener("toggle", event => { if (event.newState === "closed") close(); });
    menu.addEventListener("keydown", event => {
      const items = [...menu.querySelectorAll("[role=menuitem]:not(:disabled)")], here = items.indexOf(document.activeElement);
      const to = {ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: -1}[event.key];
      if (event.key === "Escape" || event.key === "Tab") { event.preventDefault(); close(); anchor.focus(); }
      else if (to !== undefined) { event.preventDefault(); items.at(to % items.length)?.focus(); }
      event.stopPropagation();
    });
    menu.showPopover();
    anchor.setAttribute("aria-expanded", "true");
    const at = anchor.getBoundingClientRect(), size = menu.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
    menu.style.top = `${at.bottom + 4 + size.height > innerHeight ? Math.max(8, at.top - size.height - 4) : at.bottom + 4}px`;
    menu.querySelector("[role=menuitem]:not(:disabled)")?.focus();
  };

  /** A dialog over the page; resolves to what its form was sent with, or null. */
  desk.ask = (root, title, content, actions, properties = {}) => new Promise(resolve => {
    const heading = `e-dialog-${Math.random().toString(36).slice(2)}`;
    const dialog = el("dialog", {class: "e-dialog", "aria-labelledby": heading, ...properties},
      el("form", {method: "dialog"},
        el("header", {}, el("h2", {id: heading}, title), desk.button("close", "close", say("desk.close"), {onclick: () => dialog.close()})),
        el("div", {class: "e-dialog-body"}, content),
        actions.length ? el("div", {class: "e-dialog-foot"}, actions.map(({words, value, kind = ""}) => el("button", {class: `e-button ${kind}`, value}, words))) : null));
    dialog.addEventListener("close", () => { dialog.remove(); resolve(dialog.returnValue || null); });
    dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
    root.append(dialog);
    dialog.showModal();
  });

  desk.copy = async (text, button) => {
    await navigator.clipboard?.writeText(text);
    button.dataset.on = "";
    setTimeout(() => button.removeAttribute("data-on"), 900);
  };

  /** What the browser saves under `name`. */
  desk.download = (href, name = "") => { el("a", {href, download: name}).click(); };
}
