
/** Above the sheet: what the project is called and can be done with, how far the work is, what is looked for. */
{
  const desk = encore.desk, {el, say, icon, button, put, mark} = desk;
  const OPENED = ".txt,.csv,.tsv,.srt,.vtt,.encore";
  const LISTED = 8;

  /** The line with the title, and the one with what is being done. */
  desk.Bar = class Bar {
    constructor(project, sheet, act) {
      this.project = project;
      this.title = el("input", {class: "e-title-field", maxlength: "120", "aria-label": say("desk.title"), placeholder: say("desk.untitled"), spellcheck: "false", autocomplete: "off",
        onchange: () => project.edit({op: "set_title", title: this.title.value.trim()}),
        onkeydown: event => { if (event.key === "Enter") this.title.blur(); }});
      this.saved = el("span", {class: "e-autosave", role: "status"});
      this.file = el("input", {type: "file", hidden: true, accept: OPENED, "aria-label": say("desk.import"), tabindex: "-1",
        onchange: () => { const [file] = this.file.files; this.file.value = ""; if (file) act("take-file", file); }});
      this.menu = button("project-menu", "menu", say("desk.project_menu"), {class: "e-tool", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => this.#menu(act)});
      this.undo = button("undo", "undo", say("desk.undo"), {class: "e-tool", onclick: () => act("undo")});
      this.redo = button("redo", "redo", say("desk.redo"), {class: "e-tool", onclick: () => act("redo")});
      const tool = (name, drawing, words) => button(name, drawing, words, {class: "e-tool", onclick: () => act(name)});
      const go = (name, words, kind, drawing) => button(name, drawing, words, {shown: true, class: `e-button ${kind}`, onclick: () => act(name)});
      this.check = go("check-all", say("desk.check_all"), "", "check");
      this.deliver = go("deliver", say("desk.deliver"), "", "download");
      this.render = go("render-all", say("desk.render_all"), "e-primary", "");
      this.cancel = go("cancel", say("desk.cancel"), "", "stock");
      this.progress = el("div", {class: "e-work", hidden: true},
        el("div", {class: "e-work-bar", role: "progressbar", "aria-label": say("desk.progress"), "aria-valuemin": "0"}, el("i")), el("span", {role: "status"}));
      this.panel = button("panel", "panel", say("desk.panel"), {class: "e-tool e-panel-toggle", "aria-pressed": "false", onclick: () => act("panel")});
      this.node = el("header", {class: "e-deskbar"},
        el("div", {class: "e-deskbar-name"}, this.menu, this.title, this.saved, this.file),
        el("div", {class: "e-deskbar-tools", role: "toolbar", "aria-label": say("desk.tools")}, this.undo, this.redo, tool("find", "search", say("desk.find")), tool("keys", "help", say("desk.keys")), this.panel),
        el("div", {class: "e-deskbar-go"}, this.check, this.deliver, this.cancel, this.render),
        this.progress);
      this.find = new desk.Find(project, sheet, act);
    }

    draw({parts, rows}) {
      const {project} = this, empty = !project.order.length;
      if (document.activeElement !== this.title) put(this.title, project.title, "value");
      put(this.saved, say(`desk.saved.${project.saving === "typing" ? "saving" : project.saving}`));
      mark(this.saved, "data-saving", project.saving);
      this.undo.disabled = !project.undo && project.saving === "saved";
      this.redo.disabled = !project.redo;
      for (const control of [this.check, this.deliver, this.render]) control.disabled = empty;
      const {running, done, total, eta_s: eta} = project.rendering;
      this.cancel.hidden = !running; this.render.hidden = running;
      if (parts.has("rendering") || parts.has("all")) {
        this.progress.hidden = !running;
        const bar = this.progress.firstChild, words = [say("desk.progress_of", {done, total}), eta ? say("desk.eta", {time: desk.roughly(eta * 1000)}) : ""].filter(Boolean).join(" · ");
        mark(bar, "aria-valuemax", total || 1); mark(bar, "aria-valuenow", done);
        bar.firstChild.style.width = `${total ? done / total * 100 : 0}%`;
        put(this.progress.lastChild, running ? words : "");
      }
      this.find.draw({parts, rows});
    }

    /** What can be done with the project as a whole; what is there is asked for each time. */
    async #menu(act) {
      const {project} = this;
      let others = [];
      try { others = (await desk.fetch("projects", {method: "GET"})).filter(other => other.id !== project.id); } catch { /* the rest of the menu works */ }
      desk.menu(this.menu, [
        {words: say("desk.new"), icon: "keep", act: () => act("new")},
        {words: say("desk.import"), icon: "upload", act: () => this.choose()},
        {words: say("desk.sample"), icon: "send", act: () => act("sample")},
        "-",
        {words: say("desk.save_file"), icon: "download", act: () => act("save-file")},
        {words: say("desk.open_file"), icon: "upload", act: () => this.choose(".encore")},
        {words: say("desk.delete_project"), icon: "delete", quiet: true, act: () => act("delete-project")},
        ...others.length ? ["-", say("desk.recent"), ...others.slice(0, LISTED).map(other => ({
          words: `${other.title || say("desk.untitled")} · ${say("desk.line_count", {count: other.lines})}`, act: () => act("open", other.id),
        }))] : [],
      ]);
    }

    choose(accept = OPENED) { this.file.accept = accept; this.file.click(); }
  };

  /** Find and replace, in the sheet. */
  desk.Find = class Find {
    #at = -1; #places = [];

    constructor(project, sheet, act) {
      Object.assign(this, {project, sheet, act});
      const flag = (name, letters, words) => el("button", {type: "button", class: "e-tool e-flag", "aria-pressed": "false", title: words, "aria-label": words,
        onclick: event => { const on = event.currentTarget.getAttribute("aria-pressed") !== "true"; mark(event.currentTarget, "aria-pressed", on); this[name] = on; this.look(); }}, letters);
      this.field = el("input", {type: "search", "aria-label": say("desk.find"), placeholder: say("desk.find"), oninput: () => this.look(),
        onkeydown: event => { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); this.go(event.shiftKey ? -1 : 1); } }});
      this.instead = el("input", {"aria-label": say("desk.replace_with"), placeholder: say("desk.replace_with"),
        onkeydown: event => { if (event.key === "Enter" && !event.isComposing) { event.preventDefault(); this.replace(); } }});
      this.count = el("span", {class: "e-count", role: "status"});
      this.all = button("replace-all", "", say("desk.replace_all"), {shown: true, class: "e-button", onclick: () => this.replace()});
      this.node = el("div", {class: "e-find", role: "search", hidden: true, onkeydown: event => { if (event.key === "Escape") { event.stopPropagation(); this.close(); } }},
        icon("search"), this.field, this.count,
        button("before", "up", say("desk.find_before"), {class: "e-tool", onclick: () => this.go(-1)}), button("after", "down", say("desk.find_after"), {class: "e-tool", onclick: () => this.go(1)}),
        flag("case", "Aa", say("desk.find_case")), flag("words", "“a”", say("desk.find_words")),
        this.instead, this.all, button("close", "close", say("desk.close"), {class: "e-tool", onclick: () => this.close()}));
    }

    get wanted() { return this.field.value ? {find: this.field.value, case: this.case, words: this.words} : null; }

    open() {
      this.node.hidden = false;
      const chosen = getSelection()?.toString().trim() || "";
      if (chosen && chosen.length < 80 && !chosen.includes("\n")) this.field.value = chosen;
      this.field.focus(); this.field.select();
      this.look();
    }

    close() {
      this.node.hidden = true;
      this.sheet.mark(null);
      if (this.sheet.current) this.sheet.select(this.sheet.current, {focus: "row"});
    }

    /** Where the lines say it. */
    look() {
      const {wanted, project} = this;
      this.#places = wanted ? project.order.flatMap(id => desk.matches(project.at(id).text, wanted).map(place => [id, ...place])) : [];
      this.#at = Math.min(this.#at, this.#places.length - 1);
      this.sheet.mark(wanted);
      this.#tell();
    }

    #tell() {
      const {length} = this.#places;
      put(this.count, !this.field.value ? "" : length ? this.#at < 0 ? say("desk.found", {count: length}) : say("desk.found_at", {at: this.#at + 1, count: length}) : say("desk.found_none"));
      this.all.disabled = !length;
    }

    go(by) {
      const {length} = this.#places;
      if (!length) return;
      this.#at = this.#at < 0 ? (by > 0 ? 0 : length - 1) : (this.#at + by + length) % length;
      const [id] = this.#places[this.#at];
      this.sheet.select(id);
      this.sheet.row(id).node.scrollIntoView({block: "center"});
      this.#tell();
    }

    async replace() {
      const {length} = this.#places;
      if (!length) return;
      await this.project.edit({op: "replace_all", find: this.field.value, instead: this.instead.value, case: Boolean(this.case), words: Boolean(this.words)});
      this.project.tell("good", say("desk.replaced", {count: length}));
      this.look();
      this.field.focus(); // the button is off now
    }

    draw({parts, rows}) { if (!this.node.hidden && (rows.size || parts.has("order"))) this.look(); }
  };

  /** What the script comes to, under the sheet. */
  desk.Sums = class Sums {
    #shares = new Map(); // by line

    constructor(project) {
      this.project = project;
      this.node = el("div", {class: "e-sums-line"});
      this.outdated = el("div", {class: "e-told", role: "status"});
    }

    /** What one line adds. */
    #share(id) {
      const {project} = this, state = project.state(id), heard = state.clip && !state.stale ? state : null, {speaker} = project.at(id);
      return {
        spoken: heard ? 1 : 0, seconds: heard?.duration_s ?? 0, hits: heard?.hits ?? 0, misses: heard?.misses ?? 0,
        saved: (heard?.segments ?? []).reduce((sum, segment) => sum + (segment.saved_ms ?? 0), 0),
        failed: state.state === "failed" ? 1 : 0, wrong: state.check && !state.check.passed ? 1 : 0, outdated: state.outdated ? 1 : 0,
        learning: heard?.voice ?? null, voice: project.cast[speaker] ?? project.named[speaker] ?? project.cast[""],
      };
    }

    /** What it saved that voices were known: each once, however many lines it speaks, and none that was learned here. */
    #voices() {
      const saved = new Map();
      for (const {voice, learning} of this.#shares.values())
        if (learning) saved.set(voice, Math.min(saved.get(voice) ?? Infinity, learning.outcome === "hit" ? learning.saved_ms ?? 0 : 0));
      return [...saved.values()].reduce((sum, ms) => sum + ms, 0);
    }

    draw({rows, parts}) {
      const {project} = this, count = project.order.length;
      if (parts.has("all") || parts.has("order") || parts.has("cast")) {
        this.#shares.clear();
        rows = project.order;
      } else if (!rows.size) return;
      for (const id of rows) if (project.index.has(id)) this.#shares.set(id, this.#share(id));
      const sum = name => [...this.#shares.values()].reduce((whole, share) => whole + share[name], 0);
      const [spoken, hits, misses, saved, failed, wrong, outdated] = ["spoken", "hits", "misses", "saved", "failed", "wrong", "outdated"].map(sum), voices = this.#voices();
      const told = outdated ? say("desk.outdated", {count: outdated}) : "";
      if (told !== this.outdated.textContent) this.outdated.replaceChildren(...told ? [desk.note("warning", told)] : []);
      const outcome = (name, words) => el("span", {class: "e-sum", "data-outcome": name}, icon(name), words);
      this.node.replaceChildren(...[
        el("span", {}, say("desk.spoken_of", {spoken, count})),
        spoken ? el("span", {}, desk.length(sum("seconds"))) : null,
        spoken ? el("span", {class: "e-sum-group"}, say("desk.segments"), outcome("hit", say("desk.hits", {count: hits})), misses ? outcome("miss", say("desk.misses", {count: misses})) : null) : null,
        saved >= 1 ? el("span", {class: "e-gain"}, say("latency.saved", {time: desk.span(saved)})) : null,
        voices >= 1 ? el("span", {class: "e-gain"}, say("desk.saved_voices", {time: desk.span(voices)})) : null,
        failed ? el("span", {class: "e-sum-bad"}, say("desk.failed_count", {count: failed})) : null,
        wrong ? el("span", {class: "e-sum-bad"}, say("desk.wrong_count", {count: wrong})) : null,
      ].filter(Boolean));
    }
  };
}
