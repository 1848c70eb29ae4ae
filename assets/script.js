
/** The Script tab: the parts put together around one project, the sound, the keys, and what is dropped on it. */
{
  const desk = encore.desk, {el, say, icon, button, mark} = desk;
  const TAB = "#script-tab-button", TOLD_MS = 6000, BETWEEN_MS = 150;
  const KEYS = [
    ["render", ["Ctrl", "↵"]], ["render_all", ["Ctrl", "Shift", "↵"]], ["play", ["Space"]], ["play_on", ["Shift", "Space"]],
    ["lines", ["↑", "↓"]], ["takes", ["←", "→"]], ["write", ["↵"]], ["insert", ["↵"]], ["newline", ["Shift", "↵"]], ["reorder", ["Alt", "↑↓"]], ["delete", ["Del"]],
    ["find", ["Ctrl", "F"]], ["undo", ["Ctrl", "Z"]], ["redo", ["Ctrl", "Shift", "Z"]], ["flip", ["X"]], ["escape", ["Esc"]], ["keys", ["?"]],
  ];

  class Script {
    #wanted = null;   // what is to sound as soon as it is there: "line:…" or "take:…"
    #through = false; // whether the line after the one that sounds follows

    constructor(root, trigger) {
      this.root = root;
      this.trigger = trigger;
      this.project = new desk.Project();
      this.project.watch(dirty => this.#draw(dirty));
      this.project.asked = async sentence => await desk.ask(this.root, say("desk.consent"), el("p", {}, sentence),
        [{words: say("desk.cancel"), value: ""}, {words: say("desk.consent_yes"), value: "yes", kind: "e-primary"}]) === "yes";
      drawings.add(() => this.#sounding());
      addEventListener("keydown", event => this.#key(event), {capture: true});
      document.addEventListener("paste", event => this.#paste(event));
      addEventListener("beforeunload", () => this.project.commit());
      document.addEventListener("visibilitychange", () => this.project.look());
      new IntersectionObserver(seen => { if (seen.at(-1).isIntersecting) this.project.offer(); }).observe(root);
      for (const name of ["dragover", "dragleave", "drop"]) root.addEventListener(name, event => this.#drag(name, event));
    }

    get shown() { return Boolean(this.root.offsetParent); }

    async start() {
      try { await this.project.start(); }
      catch (error) { this.root.replaceChildren(el("div", {class: "e-notice", "data-level": "error", role: "alert"}, error.message), button("again", "redo", say("desk.again_start"), {shown: true, class: "e-button", onclick: () => this.start()})); return; }
      this.build();
      const link = new URLSearchParams(location.search).get("take");
      if (link) {
        history.replaceState(null, "", location.pathname);
        await this.project.fromLink(link);
        this.project.show();
        this.sheet.select(this.project.order.at(-1), {focus: "row"});
      }
    }

    /** Draw everything, in the page's language. */
    build() {
      const {project} = this, act = (...what) => this.act(...what), current = this.sheet?.current;
      this.sheet?.observer.disconnect();
      this.sheet = new desk.Sheet(project, act);
      this.bar = new desk.Bar(project, this.sheet, act);
      this.sums = new desk.Sums(project);
      this.cast = new desk.Cast(project, act);
      this.panel = new desk.LinePanel(project, act);
      this.told = el("div", {class: "e-told", role: "status", "aria-live": "polite"});
      this.spoken = el("div", {class: "e-unseen", role: "status", "aria-live": "polite"});
      this.names = el("datalist", {id: "desk-speakers"});
      this.empty = this.#invitation();
      const tab = (name, words) => el("button", {type: "button", role: "tab", id: `desk-tab-${name}`, "aria-controls": `desk-${name}`, onclick: () => this.side(name),
        onkeydown: event => { if (event.key === "ArrowLeft" || event.key === "ArrowRight") { this.side(name === "line" ? "cast" : "line"); this.root.querySelector(".e-side [role=tab][aria-selected=true]").focus(); } }}, words);
      this.aside = el("aside", {class: "e-panel e-side"},
        el("div", {class: "e-side-tabs", role: "tablist", "aria-label": say("desk.panel")}, tab("line", say("desk.line")), tab("cast", say("desk.cast"))),
        button("panel", "close", say("desk.close"), {class: "e-tool e-side-close", onclick: () => act("panel")}),
        el("div", {id: "desk-line", role: "tabpanel", tabindex: "-1", "aria-labelledby": "desk-tab-line"}, this.panel.node),
        el("div", {id: "desk-cast", role: "tabpanel", tabindex: "-1", "aria-labelledby": "desk-tab-cast"}, this.cast.node));
      this.root.replaceChildren(
        el("section", {class: "e-panel e-main", "aria-label": say("tab.script")}, this.bar.node, this.bar.find.node, this.told, this.sums.outdated, this.empty, this.sheet.node, this.sums.node),
        this.aside, this.spoken, this.names, el("div", {class: "e-dropping", "aria-hidden": "true"}, icon("upload"), el("p", {}, say("desk.drop"))));
      this.side(this.sideName ?? "cast");
      project.changed("all");
      project.show();
      if (current) this.sheet.select(current);
    }

    #invitation() {
      const pasted = el("textarea", {class: "e-paste", rows: "5", "aria-label": say("desk.empty.paste"), placeholder: say("desk.empty.placeholder")});
      const use = button("use", "", say("desk.empty.use"), {shown: true, class: "e-button e-primary", disabled: true,
        onclick: () => { const text = pasted.value; pasted.value = ""; this.takeText(text); }});
      pasted.addEventListener("input", () => { use.disabled = !pasted.value.trim(); });
      return el("div", {class: "e-invite"}, icon("script"), el("h2", {}, say("desk.empty.title")), el("p", {}, say("desk.empty.words")), pasted,
        el("div", {class: "e-invite-go"}, use,
          button("import", "upload", say("desk.empty.import"), {shown: true, class: "e-button", onclick: () => this.bar.choose()}),
          button("sample", "send", say("desk.sample"), {shown: true, class: "e-button", onclick: () => this.act("sample")}),
          button("first", "keep", say("desk.empty.first"), {shown: true, class: "e-button", onclick: () => this.sheet.insert(null)})));
    }

    // Drawing

    #draw(dirty) {
      if (!this.sheet) return;
      const {project} = this, {parts, rows} = dirty, empty = !project.order.length;
      mark(this.root, "data-empty", empty);
      if (parts.has("cast") || parts.has("order") || parts.has("lines") || parts.has("all")) this.#names();
      this.sheet.draw(dirty);
      if (!this.sheet.current && project.order.length) this.sheet.current = project.order[0];
      this.panel.show(this.sheet.current);
      this.panel.draw(dirty);
      this.bar.draw(dirty); this.sums.draw(dirty); this.cast.draw(dirty);
      if (parts.has("notice") && project.notice) this.#tell(project.notice);
      this.#resume(rows, parts);
    }

    #names() {
      const {project} = this, speakers = [...new Set(project.order.map(id => project.at(id).speaker))];
      if (JSON.stringify(speakers) !== JSON.stringify(project.speakers)) { project.speakers = speakers; project.changed("cast"); }
      const names = speakers.filter(Boolean);
      if (names.join("\n") !== this.named) { this.named = names.join("\n"); this.names.replaceChildren(...names.map(value => el("option", {value}))); }
    }

    #tell({level, sentence}) {
      const note = el("div", {class: "e-notice", "data-level": level, role: level === "error" ? "alert" : null}, el("span", {}, sentence),
        button("close", "close", say("desk.close"), {onclick: event => event.currentTarget.closest(".e-notice").remove()}));
      this.told.replaceChildren(note);
      if (level !== "error") setTimeout(() => note.remove(), TOLD_MS);
    }

    side(name) {
      this.sideName = name;
      for (const each of ["line", "cast"]) {
        this.root.querySelector(`#desk-${each}`).hidden = each !== name;
        const tab = this.root.querySelector(`#desk-tab-${each}`);
        mark(tab, "aria-selected", String(each === name));
        tab.tabIndex = each === name ? 0 : -1;
      }
    }

    /** On small windows the panel lies over the sheet. */
    open(open = this.root.dataset.panel !== "open") {
      mark(this.root, "data-panel", open ? "open" : null);
      mark(this.bar.panel, "aria-pressed", open);
    }

    // Sound

    play(id, {through = false} = {}) {
      const state = this.project.state(id), name = `line:${id}`;
      this.#through = through;
      if (deck.take === name && deck.playing) { this.#through = false; deck.pause(); return; }
      if (!state.clip || state.stale || state.state === "failed") { this.#wanted = name; if (state.state !== "waiting" && state.state !== "working") this.project.render([id]); return; }
      this.#sound(state.clip, name, () => this.project.render([id]));
    }

    playTake(id) {
      const state = this.project.takeStates.get(id), name = `take:${id}`;
      this.#through = false;
      if (deck.take === name && deck.playing) { deck.pause(); return; }
      if (state?.clip) this.#sound(state.clip, name, () => this.project.speakTake(id));
      else { this.#wanted = name; this.project.speakTake(id); }
    }

    /** A clip that the server does not have any more is made again, which the cache makes quick. */
    #sound(clip, name, again) {
      this.#wanted = null;
      const player = deck.player(clip);
      player.addEventListener("error", () => { deck.players.delete(clip); deck.clip = null; this.#wanted = name; again(); }, {once: true});
      if (deck.clip === clip && deck.take === name && deck.share > 0 && deck.share < 1) deck.play(clip, {take: name, share: deck.share});
      else deck.play(clip, {take: name, seconds: 0});
    }

    /** What was waited for is there. */
    #resume(rows, parts) {
      if (!this.#wanted) return;
      const [kind, id] = this.#wanted.split(":"), state = kind === "line" ? this.project.state(id) : this.project.takeStates.get(id);
      if ((kind === "line" ? rows.has(id) : parts.has("takes")) && state?.clip && !state.stale && state.state === "done") this.#sound(state.clip, this.#wanted, () => {});
      else if (state?.state === "failed") this.#wanted = null;
    }

    #sounding() {
      const name = deck.playing ? deck.take : null, before = this.heard;
      if (name === before) return;
      this.heard = name;
      for (const [key, on] of [[before, false], [name, true]])
        if (key?.startsWith("line:")) this.sheet?.rows.get(key.slice(5))?.node.toggleAttribute("data-playing", on);
      // At the end of a line, the next one: what was stopped by hand has not come to its end.
      if (!name && this.#through && before?.startsWith("line:") && (deck.clip === null || deck.current.ended)) {
        const {order, index} = this.project, next = order[index.get(before.slice(5)) + 1];
        if (next) setTimeout(() => { if (this.#through) { this.sheet.select(next, {focus: "row"}); this.play(next, {through: true}); } }, BETWEEN_MS);
      }
    }

    // Doing

    act(name, id, more) {
      const {project, sheet} = this;
      switch (name) {
        case "play": this.play(id); break;
        case "play-take": this.playTake(id); break;
        case "hear-role": sheet.select(id); this.play(id); break;
        case "selected": this.panel.show(id); if (this.sideName !== "line" && sheet.node.contains(document.activeElement)) this.side("line"); break;
        case "touched": this.side("line"); break;
        case "earlier": case "later": this.panel.takes.step(name === "later" ? 1 : -1); break;
        case "render": project.render([id]); break;
        case "cancel-line": project.cancel([id]); break;
        case "verdict": sheet.select(id); this.side("line"); this.open(true); break;
        case "slot": this.#slot(id); break;
        case "line-menu": this.#lineMenu(id, more); break;
        case "pronounce": project.flush().then(() => this.trigger.pronounce({project: project.id, line: id, text: project.at(id).text, start: more?.start ?? 0})); break;
        case "elsewhere": project.flush().then(() => this.trigger.open({project: project.id, line: id, to: more})); break;
        case "render-all": project.render(null); project.prefer(this.#near()); break;
        case "cancel": project.cancel(null); break;
        case "check-all": project.check(null); break;
        case "deliver": desk.deliver(project, this.root); break;
        case "undo": project.back(); break;
        case "redo": project.again(); break;
        case "find": this.bar.find.open(); break;
        case "keys": this.#keys(); break;
        case "panel": this.open(); break;
        case "scrolled": case "seen": this.#look(); break;
        case "say": this.spoken.textContent = id; break;
        case "take-file": this.takeFile(id); break;
        case "new": project.attempt(() => project.create()).then(() => sheet.select(project.order[0])); break;
        case "sample": project.attempt(() => project.create({sample: true})); break;
        case "open": project.attempt(() => project.open(id)); break;
        case "save-file": project.flush().then(() => desk.download(`desk/${project.path}/file`)); break;
        case "delete-project": this.#deleteProject(); break;
      }
    }

    /** The lines from the first that is in sight on. */
    #near() { return this.sheet.visible; }

    #looking = 0;
    #look() {
      clearTimeout(this.#looking);
      this.#looking = setTimeout(() => {
        const near = this.#near();
        if (near.length && near.some(id => this.project.state(id).state === "waiting" || !this.project.states.has(id)) && near.join() !== this.near) { this.near = near.join(); this.project.prefer(near); }
      }, 200);
    }

    #lineMenu(id, anchor) {
      const {sheet, project} = this, line = project.at(id), at = project.index.get(id);
      desk.menu(anchor, [
        {words: say("desk.render"), key: "Ctrl ↵", icon: "voice", act: () => project.render([id])},
        {words: say("desk.play_from"), key: "Shift Space", icon: "play", act: () => this.play(id, {through: true})},
        {words: say("desk.check.run"), icon: "check", act: () => project.check([id])},
        {words: say("desk.details"), icon: "panel", act: () => { sheet.select(id); this.side("line"); this.open(true); }},
        {words: say("desk.check.pronounce"), icon: "reading", act: () => this.act("pronounce", id)},
        {words: say("desk.open_emotion"), icon: "mood", act: () => this.act("elsewhere", id, "emotion")},
        {words: say("desk.open_clone"), icon: "send", act: () => this.act("elsewhere", id, "clone")},
        "-",
        {words: say("desk.insert_above"), icon: "keep", act: () => sheet.insert(project.order[at - 1] ?? "")},
        {words: say("desk.insert_below"), key: "↵", icon: "keep", act: () => sheet.insert(id)},
        {words: say("desk.duplicate"), icon: "copy", act: () => { const {line_id: _, ...fields} = line; sheet.insert(id, fields); }},
        {words: say("desk.move_up"), key: "Alt ↑", icon: "up", off: at === 0, act: () => { sheet.select(id); sheet.move(-1); }},
        {words: say("desk.move_down"), key: "Alt ↓", icon: "down", off: at === project.order.length - 1, act: () => { sheet.select(id); sheet.move(1); }},
        {words: say(line.slot ? "desk.slot_change" : "desk.slot_give"), icon: "time", act: () => this.#slot(id)},
        "-",
        {words: say("desk.delete"), key: "Del", icon: "delete", quiet: true, act: () => sheet.delete(id)},
      ]);
    }

    async #slot(id) {
      const {slot} = this.project.at(id), last = this.project.order.slice(0, this.project.index.get(id)).map(other => this.project.at(other).slot?.end_s ?? 0);
      const start = slot?.start_s ?? Math.max(0, ...last), field = (name, seconds) => el("input", {name, value: desk.clock(seconds), inputmode: "decimal", "aria-label": say(`desk.slot_${name}`)});
      const fields = {start: field("start", start), end: field("end", slot?.end_s ?? start + 3)};
      const done = await desk.ask(this.root, say("desk.slot_title"), el("div", {class: "e-pair"}, desk.field(say("desk.slot_start"), fields.start), desk.field(say("desk.slot_end"), fields.end)),
        [...slot ? [{words: say("desk.slot_none"), value: "none"}] : [], {words: say("desk.ok"), value: "ok", kind: "e-primary"}]);
      if (done === "none") this.project.set(id, {slot: null});
      else if (done === "ok") {
        const [start_s, end_s] = [desk.unclock(fields.start.value), desk.unclock(fields.end.value)];
        if (start_s === null || end_s === null || end_s <= start_s) this.project.tell("error", say("desk.slot_wrong"));
        else this.project.set(id, {slot: {start_s, end_s}});
      }
      this.sheet.select(id, {focus: "row"});
    }

    async #deleteProject() {
      const {project} = this;
      if (await desk.ask(this.root, say("desk.delete_project"), el("p", {}, say("desk.delete_project_sure", {title: project.title || say("desk.untitled")})), [{words: say("desk.cancel"), value: ""}, {words: say("desk.delete_project"), value: "yes", kind: "e-danger"}]) !== "yes") return;
      await project.attempt(async () => { await project.flush(); await desk.fetch(project.path, {method: "DELETE"}); project.id = null; await project.create(); });
    }

    #keys() {
      desk.ask(this.root, say("desk.keys"), el("dl", {class: "e-shortcuts"}, KEYS.map(([name, keys]) => el("div", {}, el("dt", {}, keys.map(key => el("kbd", {}, key))), el("dd", {}, say(`desk.key.${name}`))))), [], {class: "e-dialog e-wide"});
    }

    // What comes in

    takeText(text) { return this.takeFile(new File([text], "", {type: "text/plain"})); }

    async takeFile(file) {
      const {project} = this;
      if (file.name.toLowerCase().endsWith(".encore")) { await project.attempt(agreed => project.openFile(file, agreed)); return; }
      let mode = "replace";
      if (project.order.some(id => project.at(id).text.trim())) {
        mode = await desk.ask(this.root, file.name ? say("desk.import_title", {name: file.name}) : say("desk.empty.paste"), el("p", {}, say("desk.import_where")), [{words: say("desk.import_replace"), value: "replace"}, {words: say("desk.import_append"), value: "append", kind: "e-primary"}]);
        if (!mode) return;
      }
      const before = mode === "append" ? project.order.length : 0, answer = await project.import(file, mode);
      if (!answer) return;
      project.show();
      const first = project.order[before] ?? project.order[0];
      if (first) this.sheet.select(first, {focus: "row"});
      const found = answer.findings ?? [];
      if (found.length) project.tell("warning", found.slice(0, 5).map(finding => finding.sentence).join(" ") + (found.length > 5 ? ` ${say("desk.and_more", {count: found.length - 5})}` : ""));
      else project.tell("good", say("desk.imported", {count: project.order.length - before}));
      if (Object.keys(project.cast).length === 0) this.side("cast");
    }

    #drag(name, event) {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      const inside = name === "dragleave" && this.root.contains(event.relatedTarget);
      this.root.toggleAttribute("data-over", name === "dragover" || inside);
      const [file] = event.dataTransfer.files;
      if (name === "drop" && file) this.takeFile(file);
    }

    #paste(event) {
      if (!this.shown || event.defaultPrevented || event.target.closest?.("input, textarea, select, [contenteditable], dialog")) return;
      const [file] = event.clipboardData.files, text = event.clipboardData.getData("text/plain");
      if (!file && !text.trim()) return;
      event.preventDefault();
      if (file) this.takeFile(file); else this.takeText(text);
    }

    // Keys, before the page's own: on this tab they are about the line.

    #key(event) {
      if (!this.shown || !this.sheet || event.isComposing || this.root.querySelector("dialog[open]")) return;
      const {target, key} = event, inside = this.root.contains(target);
      if (!inside && target.closest?.("input, textarea, select, button, a, [role=tab]")) return;
      const writing = target.closest?.("input, textarea, select"), command = event.ctrlKey || event.metaKey, current = this.sheet.current;
      const mine = work => { event.preventDefault(); event.stopPropagation(); work(); };
      if (command && key === "Enter") mine(() => event.shiftKey ? this.act("render-all") : current && this.project.render([current]));
      else if (command && !event.altKey && key.toLowerCase() === "f") mine(() => this.bar.find.open());
      else if (command && !event.altKey && (key.toLowerCase() === "z" || key.toLowerCase() === "y")) {
        if (writing && !target.closest(".e-cue")) return;
        mine(() => this.act(key.toLowerCase() === "y" || event.shiftKey ? "redo" : "undo"));
      } else if (command || event.altKey || writing) return;
      else if (key === " " && (!target.closest("button, a, summary, [role=tab]") || target.closest(".e-cue-play"))) mine(() => current && this.play(current, {through: event.shiftKey}));
      else if (key === "?") mine(() => this.#keys());
      else if (key.toLowerCase() === "x") mine(() => this.panel.takes.step(1));
      else if (key === "Escape" && (deck.playing || this.#through)) mine(() => { this.#through = false; deck.pause(); });
    }
  }

  /** The words arrive first, and again in another language; the tab is drawn once they are there. */
  encore.script = (element, trigger) => {
    const script = new Script(element.querySelector(".e-script"), trigger);
    desk.tab = script;
    desk.ready = () => { if (script.sheet) script.build(); else if (!script.starting) { script.starting = true; script.start().finally(() => { script.starting = false; }); } };
    if (Object.keys(desk.words).length) desk.ready();
  };

  encore.scriptWords = (element, watch) => {
    const read = () => {
      if (!element.textContent.trim()) return;
      const told = JSON.parse(element.textContent), other = desk.language && desk.language !== told.language;
      Object.assign(desk, {words: told.words, icons: told.icons, language: told.language});
      desk.ready?.();
      if (other) desk.tab?.project.speak();
    };
    watch("value", read);
    read();
  };

  /** A link to a take opens on this tab, once the page has its words. */
  if (new URLSearchParams(location.search).has("take")) {
    const open = setInterval(() => { const tab = document.querySelector(".e-header") && document.querySelector(TAB); if (tab) { clearInterval(open); tab.click(); } }, 100);
  }
}
