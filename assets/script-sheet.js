
/** The sheet: the lines of the script, of which only those near the window are drawn. */
{
  const desk = encore.desk, {el, say, mark} = desk;
  const CHUNK = 8;               // lines that are drawn, or left out, together
  const AROUND = "600px 0px";    // how far beyond the window they are drawn
  const LINE_PX = 64, EXTRA_PX = 23, LETTERS = 70; // what a line that was never drawn is taken to measure
  const NUMBERS = {seed: [0, 2 ** 31 - 1], speed: [0.25, 4]};

  desk.Sheet = class Sheet {
    rows = new Map();
    current = null;     // the line that is worked on
    find = null;
    #chunks = []; #scrolling = 0;
    #awaited = new Set(); #drawing = 0; // chunks that are to be drawn
    #pressed = false;   // a card that grows while a finger is on it would slip away from under it

    constructor(project, act) {
      this.project = project;
      this.act = act; // (name, line id, control) → what the sheet does not do itself
      this.list = el("div", {class: "e-cues", role: "list", "aria-label": say("desk.lines")});
      this.node = el("div", {class: "e-sheet", tabindex: "-1"}, this.list);
      this.observer = new IntersectionObserver(entries => this.#seen(entries), {root: this.node, rootMargin: AROUND});
      this.list.addEventListener("input", event => this.#input(event));
      this.list.addEventListener("change", event => this.#change(event));
      this.list.addEventListener("click", event => this.#click(event));
      this.list.addEventListener("focusin", event => { if (!this.#pressed) this.#focused(event.target); });
      this.list.addEventListener("pointerdown", () => { this.#pressed = true; });
      addEventListener("pointerup", () => setTimeout(() => { if (this.#pressed) { this.#pressed = false; this.#focused(document.activeElement); } }));
      addEventListener("pointercancel", () => { this.#pressed = false; });
      this.list.addEventListener("keydown", event => this.#key(event));
      this.list.addEventListener("paste", event => this.#paste(event));
      this.node.addEventListener("scroll", () => { clearTimeout(this.#scrolling); this.#scrolling = setTimeout(() => this.#settled(), 250); }, {passive: true});
      this.layout();
    }

    // Drawing

    draw({rows, parts}) {
      if (parts.has("all")) for (const row of this.rows.values()) rows.add(row.id);
      if (parts.has("order") || parts.has("all")) this.layout();
      if (parts.has("cast") || parts.has("all")) for (const row of this.rows.values()) row.update();
      else for (const id of rows) this.rows.get(id)?.update();
    }

    /** Chunks for as many lines as there are, and in those that are drawn their rows. */
    layout() {
      const {order} = this.project, count = Math.ceil(order.length / CHUNK);
      const focused = document.activeElement, inside = this.list.contains(focused);
      const caret = inside && "selectionStart" in focused && focused.type !== "number" ? [focused.selectionStart, focused.selectionEnd] : null;
      for (const [id, row] of this.rows) if (!this.project.index.has(id)) { row.node.remove(); this.rows.delete(id); }
      while (this.#chunks.length > count) { const {node} = this.#chunks.pop(); this.observer.unobserve(node); node.remove(); }
      while (this.#chunks.length < count) {
        const node = el("div", {class: "e-chunk", role: "presentation", "data-chunk": this.#chunks.length});
        this.#chunks.push({node, drawn: false});
        this.list.append(node);
        this.observer.observe(node);
      }
      if (!this.project.index.has(this.current)) this.current = order[Math.min(this.#was ?? 0, order.length - 1)] ?? null;
      this.#was = this.project.index.get(this.current);
      this.#chunks.forEach((chunk, number) => chunk.drawn ? this.#fill(number) : this.#estimate(number));
      if (inside && document.activeElement !== focused && focused.isConnected) {
        focused.focus({preventScroll: true});
        if (caret) focused.setSelectionRange(...caret);
      }
    }
    #was = 0;

    #ids(number) { return this.project.order.slice(number * CHUNK, (number + 1) * CHUNK); }

    #estimate(number) {
      const height = this.#ids(number).reduce((sum, id) => {
        const line = this.project.at(id);
        return sum + LINE_PX + EXTRA_PX * (Math.floor(line.text.length / LETTERS) + (line.slot ? 1 : 0));
      }, 0);
      this.#chunks[number].node.style.height = `${height}px`;
    }

    #fill(number) {
      const chunk = this.#chunks[number], {project} = this, wanted = this.#ids(number);
      chunk.drawn = true;
      chunk.node.style.height = "";
      let at = chunk.node.firstElementChild;
      wanted.forEach((id, place) => {
        let row = this.rows.get(id);
        if (!row) { row = new desk.Row(project, id); if (this.find) row.reflect(this.find); this.rows.set(id, row); }
        if (row.node === at) at = at.nextElementSibling; else chunk.node.insertBefore(row.node, at);
        row.place(number * CHUNK + place, project.order.length, id === this.current);
      });
      while (at) { const next = at.nextElementSibling; if (this.#owner(at) !== number) at.remove(); at = next; }
    }

    #owner(node) { return Math.floor((this.project.index.get(node.dataset.line) ?? -1) / CHUNK); }

    #empty(number) {
      const chunk = this.#chunks[number];
      if (!chunk.drawn || chunk.node.contains(document.activeElement)) return;
      const {height} = chunk.node.getBoundingClientRect();
      if (!height) return; // another tab is open
      for (const node of chunk.node.children) this.rows.delete(node.dataset.line);
      chunk.node.replaceChildren();
      chunk.node.style.height = `${height}px`;
      chunk.drawn = false;
    }

    #seen(entries) {
      for (const {target, isIntersecting} of entries) {
        const number = Number(target.dataset.chunk);
        if (!this.#chunks[number] || this.#chunks[number].node !== target) continue;
        if (isIntersecting) this.#awaited.add(number); else { this.#awaited.delete(number); this.#empty(number); }
      }
      this.#catchUp();
      this.act("seen");
    }

    /** Draws what is in the window, and then what is around it, chunk by chunk: all at once would hold up the hand. */
    #catchUp() {
      cancelAnimationFrame(this.#drawing);
      const {top, bottom} = this.node.getBoundingClientRect();
      const awaited = [...this.#awaited].filter(number => this.#chunks[number] && !this.#chunks[number].drawn);
      const inWindow = awaited.filter(number => { const box = this.#chunks[number].node.getBoundingClientRect(); return box.bottom > top && box.top < bottom; });
      const now = inWindow.length ? inWindow : awaited.slice(0, 1);
      for (const number of now) this.#fill(number);
      this.#awaited = new Set(awaited.filter(number => !now.includes(number)));
      if (this.#awaited.size) this.#drawing = requestAnimationFrame(() => this.#catchUp());
    }

    /** Lines in the window, the first of them first. */
    get visible() {
      const {top, bottom} = this.node.getBoundingClientRect();
      return [...this.rows.values()].filter(row => { const box = row.node.getBoundingClientRect(); return box.bottom > top && box.top < bottom; })
        .map(row => row.id).sort((one, other) => this.project.index.get(one) - this.project.index.get(other));
    }
    #settled() { this.act("scrolled"); }

    // Going about

    row(id) {
      const place = this.project.index.get(id);
      if (place === undefined) return null;
      if (!this.rows.has(id)) this.#fill(Math.floor(place / CHUNK));
      return this.rows.get(id);
    }

    /** Work on a line; `focus` is "row", "text" or nothing, `caret` where in the text. */
    select(id, {focus = null, caret = null} = {}) {
      const row = this.row(id), before = this.current;
      if (!row) return;
      this.current = id;
      this.#was = this.project.index.get(id);
      if (before !== id) {
        const was = this.rows.get(before), all = this.project.order.length;
        if (was && this.project.index.has(before)) was.place(this.project.index.get(before), all, false);
        row.place(this.#was, all, true);
        this.act("selected", id);
      }
      if (focus === "row") row.node.focus({preventScroll: true});
      if (focus === "text") {
        row.text.focus({preventScroll: true});
        const at = caret ?? row.text.value.length;
        row.text.setSelectionRange(...(Array.isArray(at) ? at : [at, at]));
      }
      if (focus || caret !== null) row.node.scrollIntoView({block: "nearest"});
    }

    #focused(place) { const id = this.list.contains(place) && place.closest(".e-cue")?.dataset.line; if (id) this.select(id); }

    step(by, focus) {
      const {order, index} = this.project, to = order[(index.get(this.current) ?? 0) + by];
      if (to) this.select(to, focus === "text" ? {focus, caret: by > 0 ? 0 : null} : {focus});
      return Boolean(to);
    }

    move(by) {
      const {order, index} = this.project, at = index.get(this.current), to = at + by;
      if (this.current === null || to < 0 || to >= order.length) return;
      this.project.edit({op: "move", line_ids: [this.current], before: (by < 0 ? order[to] : order[to + 1]) ?? null});
      this.project.show();
      this.row(this.current)?.node.scrollIntoView({block: "nearest"});
      this.act("say", say("desk.moved", {number: to + 1}));
    }

    /** A new line behind another one, ready to be written. */
    insert(after, fields = {}) {
      const near = this.project.at(after) ?? this.project.at(this.project.order[0]);
      const [id] = this.project.insert(after, {speaker: near?.speaker ?? "", ...fields});
      this.project.show();
      this.select(id, {focus: "text", caret: fields.text ? fields.text.length : 0});
      return id;
    }

    delete(id, {focus = "row"} = {}) {
      const {order, index} = this.project, at = index.get(id), next = order[at + 1] ?? order[at - 1];
      if (this.current === id && next) this.select(next, {focus});
      this.project.edit({op: "delete", line_ids: [id]});
      this.project.show();
    }

    mark(find) {
      this.find = find;
      for (const row of this.rows.values()) row.reflect(find);
    }

    // What hands do

    #input(event) {
      const {field} = event.target.dataset, id = event.target.closest(".e-cue")?.dataset.line;
      if (field !== "text" && field !== "instruction") return; // names and numbers count when they are whole
      this.project.type(id, field, event.target.value);
      if (field === "text") this.rows.get(id)?.reflect();
    }

    #change(event) {
      const {field} = event.target.dataset, row = this.rows.get(event.target.closest(".e-cue")?.dataset.line);
      if (!row) return;
      if (field === "text" || field === "instruction") { this.project.type(row.id, field, event.target.value); this.project.commit(); }
      else if (field === "speaker") this.project.set(row.id, {speaker: event.target.value.trim()});
      else if (NUMBERS[field]) {
        const [lowest, highest] = field === "speed" ? this.project.can.speed : NUMBERS.seed, typed = Number(event.target.value);
        const value = Math.min(highest, Math.max(lowest, Number.isFinite(typed) && event.target.value !== "" ? typed : field === "speed" ? 1 : 0));
        event.target.value = String(value);
        if (this.project.at(row.id)[field] !== value) this.project.set(row.id, {[field]: field === "seed" ? Math.round(value) : value});
      }
    }

    #click(event) {
      const row = this.rows.get(event.target.closest(".e-cue")?.dataset.line), control = event.target.closest("[data-act]");
      if (!row) return;
      this.select(row.id);
      this.act("touched", row.id);
      if (control?.dataset.act === "reroll") this.project.set(row.id, {seed: Math.floor(Math.random() * 2 ** 31)});
      else if (control?.dataset.act === "lock") this.project.set(row.id, {locked: !this.project.at(row.id).locked});
      else if (control) this.act(control.dataset.act, row.id, control);
      else if (!event.target.closest("input, textarea")) row.node.focus({preventScroll: true});
    }

    #key(event) {
      const {target, key} = event, row = this.rows.get(target.closest(".e-cue")?.dataset.line);
      if (!row || event.isComposing) return;
      const plain = !event.ctrlKey && !event.metaKey && !event.altKey, on = target === row.node;
      const done = () => { event.preventDefault(); event.stopPropagation(); };
      if (event.altKey && (key === "ArrowUp" || key === "ArrowDown")) { done(); this.move(key === "ArrowUp" ? -1 : 1); if (document.activeElement === document.body) row.node.focus(); return; }
      if (!plain) return;
      if (target === row.text) this.#writing(event, row, done);
      else if (key === "Escape" && !on) { done(); row.node.focus(); }
      else if (target.matches("input") && key === "Enter") { done(); target.blur(); row.node.focus(); }
      else if (on) {
        if (key === "ArrowDown" || key === "ArrowUp") { done(); this.step(key === "ArrowDown" ? 1 : -1, "row"); }
        else if (key === "Home" || key === "End") { done(); this.select(this.project.order.at(key === "Home" ? 0 : -1), {focus: "row"}); }
        else if (key === "PageDown" || key === "PageUp") { done(); this.#page(key === "PageDown" ? 1 : -1); }
        else if (key === "Enter" || key === "F2") { done(); this.select(row.id, {focus: "text"}); }
        else if (key === "Delete" || key === "Backspace") { done(); this.delete(row.id); }
        else if (key === "ArrowLeft" || key === "ArrowRight") { done(); this.act(key === "ArrowLeft" ? "earlier" : "later", row.id); }
      }
    }

    #page(by) {
      const {order, index} = this.project, shown = Math.max(1, this.visible.length - 1);
      this.select(order[Math.min(order.length - 1, Math.max(0, index.get(this.current) + by * shown))], {focus: "row"});
    }

    #writing(event, row, done) {
      const {key, shiftKey} = event, {value, selectionStart: from, selectionEnd: to} = row.text;
      if (key === "Escape") { done(); row.node.focus(); }
      else if (key === "Enter" && !shiftKey) {
        // What stands behind the caret goes along, as in any text.
        done();
        const rest = value.slice(to);
        if (rest) this.project.type(row.id, "text", value.slice(0, from).trimEnd());
        this.insert(row.id, rest ? {text: rest.trimStart()} : {});
        if (rest) this.select(this.current, {focus: "text", caret: 0});
      } else if (key === "Backspace" && !value && this.project.order.length > 1) {
        done();
        const above = this.project.order[this.project.index.get(row.id) - 1];
        this.delete(row.id, {focus: "text"});
        if (above) this.select(above, {focus: "text"});
      } else if (key === "ArrowUp" && from === to && from === 0) { if (this.step(-1, "text")) done(); }
      else if (key === "ArrowDown" && from === to && to === value.length) { if (this.step(1, "text")) done(); }
    }

    /** Several lines pasted into one become lines of the script. */
    #paste(event) {
      const row = this.rows.get(event.target.closest(".e-cue")?.dataset.line), pasted = event.clipboardData?.getData("text/plain") ?? "";
      const lines = pasted.split(/\r\n?|\n/).map(line => line.trim()).filter(Boolean);
      if (!row || event.target !== row.text || lines.length < 2) return;
      event.preventDefault();
      const {value, selectionStart: from, selectionEnd: to} = row.text, {speaker} = this.project.at(row.id);
      this.project.type(row.id, "text", value.slice(0, from) + lines[0]);
      lines[lines.length - 1] += value.slice(to);
      const ids = this.project.insert(row.id, ...lines.slice(1).map(text => ({text, speaker})));
      this.project.show();
      this.select(ids.at(-1), {focus: "text"});
    }
  };
}
