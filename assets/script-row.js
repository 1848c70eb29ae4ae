
/** One line of the sheet: drawn once, and after that changed only where it differs. */
{
  const desk = encore.desk, {el, say, icon, button, put, mark} = desk;

  /** Letters of `text` between plain stretches and marked ones: [{start, end, kind}] in the browser's units, in order. */
  desk.marked = (text, marks, make) => {
    const parts = [];
    let at = 0;
    for (const found of marks) {
      if (found.start < at) continue;
      parts.push(text.slice(at, found.start), make(text.slice(found.start, found.end), found));
      at = found.end;
    }
    return [...parts, text.slice(at)].filter(part => part !== "");
  };

  /** A colour for each speaker, the same all day. */
  desk.hue = (speakers, name) => (Math.max(0, speakers.indexOf(name)) * 137 + 250) % 360;

  desk.Row = class Row {
    #shown = "";   // what the mirror shows

    constructor(project, id) {
      this.project = project;
      this.id = id;
      const input = (field, properties = {}) => el("input", {"data-field": field, autocomplete: "off", spellcheck: "false", tabindex: "-1", ...properties});
      this.number = el("span", {class: "e-no"});
      this.verdict = el("button", {type: "button", class: "e-verdict", "data-act": "verdict", tabindex: "-1", hidden: true});
      this.play = button("play", "play", "", {class: "e-play e-cue-play", tabindex: "-1"});
      this.speaker = input("speaker", {class: "e-speaker", list: "desk-speakers", maxlength: "60", "aria-label": say("desk.speaker"), placeholder: say("desk.speaker")});
      this.manner = input("instruction", {class: "e-manner", "aria-label": say("desk.direction"), placeholder: say("desk.direction")});
      this.mirror = el("div", {class: "e-mirror", "aria-hidden": "true"});
      this.text = el("textarea", {rows: "1", "data-field": "text", tabindex: "-1", placeholder: say("desk.text_hint")});
      this.under = el("div", {class: "e-under"});
      this.outcome = el("div", {class: "e-cue-outcome"});
      this.speed = input("speed", {class: "e-dial", type: "number", step: "0.05", "aria-label": say("desk.speed"), title: say("desk.speed")});
      this.seed = input("seed", {class: "e-dial e-seed-field", type: "number", step: "1", min: "0", "aria-label": say("desk.seed"), title: say("desk.seed")});
      this.dice = button("reroll", "dice", say("desk.reroll"), {tabindex: "-1"});
      this.lock = button("lock", "lock", say("desk.lock"), {tabindex: "-1", "aria-pressed": "false"});
      this.more = button("line-menu", "more", say("desk.line_menu"), {class: "e-tool e-more", tabindex: "-1", "aria-haspopup": "menu", "aria-expanded": "false"});
      this.node = el("div", {class: "e-cue", role: "listitem", tabindex: "-1", "data-line": id},
        el("div", {class: "e-gutter"}, this.number, this.verdict),
        this.play,
        el("div", {class: "e-role"}, this.speaker, this.manner),
        el("div", {class: "e-words"}, el("div", {class: "e-grow"}, this.mirror, this.text), this.under),
        el("div", {class: "e-cue-facts"}, this.outcome,
          el("div", {class: "e-dials"}, el("span", {class: "e-rate"}, "×", this.speed), el("span", {class: "e-dicing"}, this.seed, this.dice, this.lock))),
        this.more);
      this.update();
    }

    /** Where the row stands among the others, and whether it is the one that is worked on. */
    place(at, all, current) {
      put(this.number, String(at + 1));
      mark(this.node, "aria-posinset", at + 1);
      mark(this.node, "aria-setsize", all);
      mark(this.node, "aria-current", current ? "true" : null);
      mark(this.node, "tabindex", current ? 0 : -1);
      // Inside the current row every control is a stop of the Tab key, elsewhere none.
      if (this.current !== current) for (const control of this.node.querySelectorAll("input, textarea, button")) control.tabIndex = current ? 0 : -1;
      this.current = current;
      mark(this.text, "aria-label", say("desk.text_of", {number: at + 1}));
    }

    update() {
      const {project, id} = this, line = project.at(id), state = project.state(id), {can} = project;
      if (!line) return;
      this.#field(this.text, line.text);
      this.#field(this.speaker, line.speaker);
      this.#field(this.manner, line.instruction);
      this.#field(this.speed, String(line.speed));
      this.#field(this.seed, String(line.seed));
      [this.speed.min, this.speed.max] = can.speed;
      this.speed.disabled = can.speed[0] === can.speed[1];
      for (const control of [this.seed, this.dice, this.lock]) control.disabled = !can.seed;
      mark(this.lock, "aria-pressed", line.locked);
      mark(this.lock, "title", say(line.locked ? "desk.unlock" : "desk.lock"));
      mark(this.node, "data-state", state.stale && state.state === "new" ? "stale" : state.state);
      mark(this.node, "data-sound", Boolean(state.clip));
      mark(this.node, "data-plain", !line.locked && line.seed === 0 && line.speed === 1);
      this.node.style.setProperty("--hue", desk.hue(project.speakers, line.speaker));
      this.node.style.setProperty("--done", state.state === "working" ? `${Math.max(4, (state.fraction ?? 0) * 100)}%` : "0%");
      mark(this.node, "aria-label", say("desk.line_label", {speaker: line.speaker, text: line.text.slice(0, 80), state: this.#told(state)}));
      mark(this.play, "aria-label", say(state.clip && !state.stale ? "desk.play" : "desk.speak_and_play"));
      mark(this.play, "title", say(state.clip && !state.stale ? "desk.play" : "desk.speak_and_play"));
      this.#verdict(state.check);
      this.#outcome(state);
      this.#notes(line, state);
      this.reflect();
    }

    /** What the row shows behind its letters: what was looked for, and what a check has marked. */
    reflect(find = this.find) {
      this.find = find;
      const {text} = this.project.at(this.id) ?? {text: ""}, found = find ? desk.matches(text, find) : [];
      const diffs = found.length ? [] : (this.project.state(this.id).check?.diffs ?? []).map(diff => ({
        start: desk.utf16(text, diff.start), end: desk.utf16(text, diff.end), kind: diff.kind,
      })).sort((one, other) => one.start - other.start);
      const drawn = JSON.stringify([text, found, diffs]);
      if (drawn === this.#shown) return;
      this.#shown = drawn;
      const marks = found.length ? found.map(([start, end]) => ({start, end, kind: "found"})) : diffs;
      this.mirror.replaceChildren(...desk.marked(text, marks, (part, {kind}) => el("mark", {"data-kind": kind}, part)), "\u200b");
    }

    #field(field, value) { if (field.value !== value) field.value = value; }

    #told(state) {
      return state.stale && state.state === "new" ? desk.stale(state) : say(`desk.state.${state.state}`);
    }

    #verdict(check) {
      const {verdict} = this;
      verdict.hidden = !check;
      if (!check) return;
      const words = say(check.passed ? "desk.check.passed" : "desk.check.failed");
      if (verdict.dataset.passed !== String(check.passed)) verdict.replaceChildren(icon(check.passed ? "check" : "close"));
      mark(verdict, "data-passed", String(check.passed));
      const title = [words, ...check.findings.map(finding => finding.sentence)].join(" ");
      mark(verdict, "title", title);
      mark(verdict, "aria-label", title);
    }

    #outcome(state) {
      const parts = desk.outcome(state);
      this.outcome.replaceChildren(...parts);
    }

    #notes(line, state) {
      const notes = [];
      if (line.slot) {
        const took = state.duration_s && !state.stale ? say("desk.slot_used", {used: state.duration_s.toFixed(1), room: (line.slot.end_s - line.slot.start_s).toFixed(1)}) : "";
        const fitted = state.clip && state.speed && Math.abs(state.speed - line.speed) > 0.001 ? say("desk.fitted", {speed: Number(state.speed.toFixed(2))}) : "";
        notes.push(el("button", {type: "button", class: "e-slot", "data-act": "slot", tabindex: this.current ? "0" : "-1", title: say("desk.slot_change")},
          icon("time"), `${desk.clock(line.slot.start_s)} – ${desk.clock(line.slot.end_s)}`), took && el("span", {}, took), fitted && el("span", {}, fitted));
      }
      if (state.error) notes.push(desk.note("error", state.error));
      for (const finding of state.findings ?? []) if (finding.level === "warning" || finding.level === "error") notes.push(desk.note(finding.level, finding.sentence));
      const drawn = JSON.stringify([line.slot, state.duration_s, state.stale, state.speed, state.error, state.findings]);
      if (this.drawnNotes === drawn) return;
      this.drawnNotes = drawn;
      this.under.replaceChildren(...notes.filter(Boolean));
    }
  };

  desk.note = (level, sentence) => el("div", {class: "e-notice", "data-level": level}, sentence);

  desk.stage = state => {
    if (state.ahead) return say("live.waiting", {ahead: state.ahead});
    if (state.stage === "enroll") return say("live.enroll", {percent: `${Math.round(state.fraction * 100)}%`});
    return say(state.stage === "transcribe" ? "desk.state.checking" : "desk.state.working");
  };

  /** Why a line that was spoken is to be spoken again. */
  desk.stale = ({outdated, clip}) => say(outdated || !clip ? "desk.state.lost" : "desk.state.stale");

  /** What the cache did for a line, or how far it is. */
  desk.outcome = state => {
    if (state.state === "waiting") return [el("span", {class: "e-doing"}, say("desk.state.waiting"))];
    if (state.state === "working") return [el("span", {class: "e-doing", "data-working": ""}, desk.stage(state))];
    if (state.state === "failed") return [el("span", {class: "e-badge", "data-outcome": "offline"}, icon("close"), say("desk.state.failed"))];
    if (state.stale) return [el("span", {class: "e-doing"}, desk.stale(state))];
    if (!state.clip) return [];
    const mixed = state.hits && state.misses;
    const words = mixed ? say("desk.mixed", {misses: state.misses, hits: state.hits}) : say(`outcome.${state.outcome}`);
    return [desk.badge(state.outcome, words, state.total_ms, say("desk.badge_help", {misses: state.misses, hits: state.hits})),
      state.segments?.length > 1 ? desk.rail(state.segments) : null].filter(Boolean);
  };

  /** Where `text` says what is looked for: [[start, end], …]. */
  desk.matches = (text, {find, case: exact, words}) => {
    if (!find) return [];
    const pattern = find.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    const letter = "[\\p{L}\\p{M}\\p{N}_]", spaceless = "[\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}]";
    const edge = (found, behind) => words && new RegExp(letter, "u").test(found) && !new RegExp(spaceless, "u").test(found)
      ? `(?${behind ? "!" : "<!"}(?!${spaceless})${letter})` : "";
    const all = new RegExp(edge([...find][0], false) + pattern + edge([...find].at(-1), true), exact ? "gu" : "giu");
    return [...text.matchAll(all)].map(found => [found.index, found.index + found[0].length]);
  };
}
