
/** The Pronunciation tab: a text to walk through word by word, and the readings of the one that is opened. */
const annotating = {
  unit: null,      // the unit that was opened last, to go back to
  returning: false,
  steps: [],       // undone and redone one after the other, so that none overtakes another

  get view() { return first(".e-annotation"); },
  get units() { return [...this.view?.querySelectorAll(".e-unit") ?? []]; },
  find(number) { return this.view?.querySelector(`.e-unit[data-unit="${number}"]`); },

  /** One stop for the Tab key; arrows move it. */
  stop(unit, {focus = false} = {}) {
    if (!unit) return;
    for (const other of this.view.querySelectorAll('.e-unit[tabindex="0"]')) other.tabIndex = -1;
    unit.tabIndex = 0;
    if (focus) unit.focus();
  },

  /** Put the readings under their unit, inside the panel they belong to. */
  place() {
    const readings = first("#readings"), unit = this.find(this.unit), form = readings?.querySelector("form");
    if (!form || !unit) return;
    if (getComputedStyle(readings).position === "fixed") { unit.scrollIntoView({block: "center"}); return; }
    const room = readings.parentElement.getBoundingClientRect(), at = unit.getBoundingClientRect();
    const left = Math.min(at.left - room.left, room.width - readings.offsetWidth - 8);
    readings.style.setProperty("--left", `${Math.max(8, left)}px`);
    readings.style.setProperty("--top", `${at.bottom - room.top + 6}px`);
    readings.scrollIntoView({block: "nearest"});
  },

  close() {
    const form = first("#readings form");
    if (!form) return;
    form.remove();
    first("#readings .e-clip")?.remove();
    this.find(this.unit)?.removeAttribute("aria-expanded");
    this.stop(this.find(this.unit), {focus: true});
  },
};

const TYPING_MS = 150;

encore.annotation = (element, typed, act, watch) => {
  let pause = 0;
  document.addEventListener("input", event => {
    if (!event.target.closest("#marked-text")) return;
    clearTimeout(pause);
    pause = setTimeout(typed, TYPING_MS);
  });
  if (first("#marked-text textarea")?.value) typed(); // somebody was quicker than this script
  watch("value", () => {
    const {units, returning, steps} = annotating;
    if (steps.shift() && steps.length) { act({act: steps[0]}); return; }
    annotating.returning = false;
    annotating.stop(annotating.find(annotating.unit) ?? units[0], {focus: returning});
  });
  const open = unit => {
    annotating.find(annotating.unit)?.removeAttribute("aria-expanded");
    annotating.unit = unit.dataset.unit;
    annotating.stop(unit);
    unit.setAttribute("aria-expanded", "true");
    act({act: "open", unit: unit.dataset.unit, edition: annotating.view.dataset.edition});
  };
  const step = name => {
    const button = element.querySelector(`[data-act="${name}"]`);
    if (!button || button.disabled) return;
    annotating.returning = true;
    if (annotating.steps.push(name) === 1) act({act: name});
  };
  element.addEventListener("click", event => {
    const unit = event.target.closest(".e-unit"), control = event.target.closest("[data-act]");
    if (unit) open(unit);
    else if (control) step(control.dataset.act);
  });
  element.addEventListener("keydown", event => {
    const key = event.key.toLowerCase();
    if ((event.ctrlKey || event.metaKey) && (key === "z" || key === "y")) {
      event.preventDefault();
      step(key === "y" || event.shiftKey ? "redo" : "undo");
      return;
    }
    const unit = event.target.closest(".e-unit");
    const forward = {ArrowRight: true, ArrowDown: true, ArrowLeft: false, ArrowUp: false}[event.key];
    if (!unit || forward === undefined) return;
    event.preventDefault();
    const all = annotating.units, here = all.indexOf(unit);
    const others = forward ? all.slice(here + 1) : all.slice(0, here).reverse();
    const aside = event.key === "ArrowDown" || event.key === "ArrowUp";
    annotating.stop(others.find(other => !aside || (other.dataset.state && other.dataset.state !== "settled")), {focus: true});
  });
};

/** The readings of one unit: chosen by arrows, heard by the space bar, applied by Enter, left by Escape. */
encore.readings = (element, act, watch) => {
  const form = () => element.querySelector("form");
  const chosen = () => form().elements.typed.value.trim() || form().querySelector("input:checked")?.value || "";
  const send = (name, reading = chosen()) => {
    annotating.returning = name !== "hear";
    const {unit, edition} = form().dataset;
    act({act: name, unit, edition, reading});
  };
  const opened = () => {
    if (!form()) return;
    annotating.unit = form().dataset.unit;
    annotating.place();
    (form().querySelector("input:checked") ?? form().querySelector("input"))?.focus({preventScroll: true});
  };
  watch("value", opened);
  opened(); // a line of a script comes with one, before the tab was ever looked at
  element.addEventListener("submit", event => { event.preventDefault(); if (chosen()) send("apply"); });
  element.addEventListener("input", event => {
    if (event.target.name !== "typed") form().elements.typed.value = "";
    else if (event.target.value) for (const radio of form().querySelectorAll("input:checked")) radio.checked = false;
  });
  element.addEventListener("click", event => {
    const control = event.target.closest("[data-act]");
    if (!control) return;
    if (control.dataset.act === "close") annotating.close();
    else send(control.dataset.act, control.dataset.reading);
  });
  element.addEventListener("keydown", event => {
    if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); annotating.close(); return; }
    if (event.target.type === "radio") {
      if (event.key === " ") { event.preventDefault(); send("hear"); }
      if (event.key === "Enter") { event.preventDefault(); send("apply"); }
    } else if (event.target.name === "typed" && event.key === "ArrowUp") {
      form().querySelector(".e-option:last-child input")?.focus();
    }
  });
  document.addEventListener("pointerdown", event => {
    if (form() && !event.target.closest("#readings, .e-unit")) annotating.close();
  });
  addEventListener("resize", () => annotating.place());
};

/** What was just spoken sounds at once. */
encore.heard = (element, watch) => {
  let run = null;
  watch("value", () => {
    const clip = element.querySelector(".e-clip");
    if (clip && clip.dataset.run !== run) deck.play(clip.dataset.clip, {seconds: 0});
    run = clip?.dataset.run ?? null;
    showOnce();
  });
  element.addEventListener("click", event => {
    if (event.target.closest('[data-act="play-clip"]')) deck.toggle(element.querySelector(".e-clip").dataset.clip);
  });
};

/** Troubles with marks: a click on one selects it in the text, one on a suggestion takes it. */
encore.problems = (element, act) => {
  element.addEventListener("click", event => {
    const control = event.target.closest("[data-act]");
    if (control?.dataset.act === "suggest") act({act: "suggest", problem: control.dataset.problem, choice: control.dataset.choice});
    if (control?.dataset.act !== "show") return;
    const field = first("#marked-text textarea"), letters = [...field.value];
    const units = count => letters.slice(0, Number(count)).join("").length; // the browser counts in UTF-16
    field.focus();
    field.setSelectionRange(units(control.dataset.start), units(control.dataset.end));
  });
};

/** The personal lexicon: words to be heard and thrown out, files in and out. */
encore.lexicon = (element, act) => {
  element.addEventListener("click", event => {
    const control = event.target.closest("[data-act]");
    if (!control) return;
    if (control.dataset.act === "choose") element.querySelector("input").click();
    else act({act: control.dataset.act, word: control.closest("[data-word]")?.dataset.word ?? ""});
  });
  element.addEventListener("change", async event => {
    const [file] = event.target.files;
    event.target.value = "";
    if (!file) return;
    if (file.size > Number(event.target.parentElement.dataset.limit)) { act({act: "too-large"}); return; }
    const bytes = await file.arrayBuffer();
    let content;
    try { content = new TextDecoder("utf-8", {fatal: true}).decode(bytes); }
    catch { content = new TextDecoder("gb18030").decode(bytes); } // what spreadsheets in China write
    act({act: "import", content});
  });
};
