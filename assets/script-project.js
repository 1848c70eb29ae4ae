
/** What the Script tab knows of the project that is open: asked of the server, changed there, kept up by its events. */
{
  const desk = encore.desk, {say} = desk;
  const TYPING_MS = 400;
  const AGAIN_MS = [500, 1000, 2000, 4000, 8000];
  const PLACE = "encore-desk";
  /** A page that nobody looks at gives its line to the server back: a browser has six for all its pages. */
  const HIDDEN_MS = 60_000;
  /** What an engine can do that is not here. */
  const NOTHING = {instruction: false, seed: false, speed: [1, 1], languages: []};

  /** What the server said instead; `status` 0 for nothing at all. */
  class Refusal extends Error {
    constructor(status, sentence, code = "") { super(sentence); this.status = status; this.code = code; }
  }

  /** Ask the server. Gives back what its JSON says; raises a Refusal. */
  desk.fetch = async (path, {method = "POST", body, json} = {}) => {
    let answer;
    try {
      answer = await fetch(`desk/${path}${path.includes("?") ? "&" : "?"}language=${desk.language}`, {
        method, body: json === undefined ? body : JSON.stringify(json),
        headers: method === "POST" ? {"Content-Type": json === undefined ? "application/octet-stream" : "application/json"} : {},
      });
    } catch { throw new Refusal(0, say("desk.unreachable")); }
    if (answer.ok) return answer.status === 204 ? null : answer.json();
    let told = {};
    try { told = (await answer.json()).error ?? {}; } catch { /* no JSON: nothing better to say than the status */ }
    throw new Refusal(answer.status, told.message || say("desk.failed", {status: answer.status}), told.code);
  };

  /** A name for a line that no other has. */
  desk.newId = () => [...crypto.getRandomValues(new Uint8Array(8))].map(byte => byte.toString(16).padStart(2, "0")).join("");

  desk.Project = class Project {
    lines = new Map(); order = []; index = new Map(); states = new Map(); takes = []; takeStates = new Map();
    rendering = {running: false, done: 0, total: 0, eta_s: null};
    saving = "saved";
    #typing = new Map();   // line → fields that are being typed, not sent yet
    #queue = [];           // edits that were not answered yet, in their order
    #busy = null; #timer = 0; #events = null; #leaving = 0; #watchers = new Set(); #dirty = null; #frame = 0;
    #asking = 0;           // own requests under way that change something
    #newest = 0;           // the latest revision that was heard of
    #heardOf = new Map();  // line → what was heard of it last: {id, revision, state}

    /** Call `watcher` before the next frame after something changed, with the rows and the parts that did. */
    watch(watcher) { this.#watchers.add(watcher); }

    changed(part, row = null) {
      this.#dirty ??= {rows: new Set(), parts: new Set()};
      if (part) this.#dirty.parts.add(part);
      if (row) this.#dirty.rows.add(row);
      this.#frame ||= requestAnimationFrame(() => this.show());
    }

    /** Draw what changed, now. */
    show() {
      cancelAnimationFrame(this.#frame); this.#frame = 0;
      const dirty = this.#dirty; this.#dirty = null;
      if (dirty) for (const watcher of this.#watchers) watcher(dirty);
    }

    tell(level, sentence) { this.notice = {level, sentence}; this.changed("notice"); }

    /** Do `work`, which is told whether whoever is cloned agreed to it; that is asked once. What goes wrong is told. */
    async attempt(work, agreed = false) {
      try { return await work(agreed); }
      catch (error) {
        if (!(error instanceof Refusal)) throw error;
        if (error.code !== "consent.needed" || agreed) this.tell("error", error.message);
        else if (await this.asked?.(error.message)) return this.attempt(async () => {
          if (this.id) await desk.fetch(`${this.path}/agree`, {json: {}});
          return work(true);
        }, true);
        return undefined;
      }
    }

    at(id) { return this.lines.get(id); }
    state(id) { return this.states.get(id) ?? {state: "new"}; }
    takesOf(id) { return this.takes.filter(take => take.line.line_id === id); }
    get path() { return `projects/${this.id}`; }

    // Opening

    /** Open what was open before, or begin something new. */
    async start() {
      const known = localStorage.getItem(PLACE);
      if (known) {
        try { return this.take(await desk.fetch(`projects/${encodeURIComponent(known)}`, {method: "GET"})); }
        catch (error) { if (!(error instanceof Refusal) || !error.status || error.status >= 500 || error.status === 429) throw error; }
      }
      return this.take(await desk.fetch("projects", {json: {}}));
    }

    async create(options = {}) { await this.leave(); this.take(await desk.fetch("projects", {json: options})); }
    async open(id) { await this.leave(); this.take(await desk.fetch(`projects/${encodeURIComponent(id)}`, {method: "GET"})); }
    async openFile(file, agreed) { await this.leave(); this.take(await desk.fetch(`open?name=${encodeURIComponent(file.name)}&agreed=${agreed}`, {body: file})); }
    async reload() { this.take(await desk.fetch(this.path, {method: "GET"})); }
    /** Voices and engines come and go on other tabs. */
    async offer() {
      if (!this.id) return;
      const {voices, named, engines, can} = await desk.fetch(`${this.path}/offered`, {method: "GET"}).catch(() => this);
      Object.assign(this, {voices, named, engines, can: can ?? NOTHING});
      this.changed("cast");
    }
    /** Nothing that was written stays behind. */
    async leave() { if (this.id) await this.flush(); }

    /** All of a project, as the server has it. */
    take(whole) {
      const fresh = whole.id !== this.id;
      const {script, states, take_states: takeStates, ...rest} = whole;
      if (fresh) { this.#typing.clear(); this.#queue = []; this.#heardOf.clear(); this.#newest = 0; }
      Object.assign(this, rest, {can: rest.can ?? NOTHING}, {engine: script.engine, language: script.language, gap_s: script.gap_s, cast: script.cast});
      this.lines = new Map(script.lines.map(line => [line.line_id, line]));
      this.#ordered(script.lines.map(line => line.line_id));
      this.states = new Map(Object.entries(states));
      // What was told while the answer was on its way is newer than the answer.
      for (const [id, heard] of this.#heardOf) if (heard.id > whole.stamp && this.lines.has(id)) this.states.set(id, heard.state);
      this.takeStates = new Map(Object.entries(takeStates));
      for (const {level, sentence} of whole.findings) this.tell(level, sentence);
      this.#overlay();
      localStorage.setItem(PLACE, this.id);
      for (const part of ["all", "order", "title", "cast", "takes", "steps", "rendering", "delivery"]) this.changed(part);
      if (fresh) this.#listen();
      return this;
    }

    // Editing

    /** What stands in a field while it is being typed; it is sent when the hand rests. */
    type(id, field, value) {
      const line = this.at(id);
      if (!line || line[field] === value) return;
      this.#typing.set(id, {...this.#typing.get(id), [field]: value});
      this.#local(id, {[field]: value});
      this.#saved("typing");
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.commit(), TYPING_MS);
    }

    commit() {
      clearTimeout(this.#timer);
      if (!this.#typing.size) return;
      const edits = [...this.#typing].map(([line_id, fields]) => ({op: "set_line", line_id, ...fields}));
      this.#typing.clear();
      this.#send(edits);
    }

    /** One step: shown at once where that can be foretold, and sent after what was typed before. */
    edit(...edits) {
      this.commit();
      for (const edit of edits) this.#foretell(edit);
      this.#send(edits);
      return this.flush();
    }

    set(id, fields) { return this.edit({op: "set_line", line_id: id, ...fields}); }

    /** Put new lines behind one ("" for the start, null for the end); gives back their ids. */
    insert(after, ...lines) {
      const whole = lines.map(fields => ({line_id: desk.newId(), text: "", speaker: "", instruction: "", seed: 0, speed: 1, locked: false, slot: null, ...fields}));
      this.edit({op: "insert", lines: whole, after});
      return whole.map(line => line.line_id);
    }

    async back() { await this.#step("undo"); }
    async again() { await this.#step("redo"); }
    async #step(name) { await this.flush(); await this.attempt(() => this.#change(name, {json: {revision: this.revision}})); }

    /** Ask for something that changes the project, and take over what has changed. */
    async #change(name, options) {
      this.#asking++;
      try { const answer = await desk.fetch(`${this.path}/${name}`, options); this.merge(answer); return answer; }
      finally { this.#asking--; this.#catchUp(); }
    }

    /** Others, or what is being done here, have changed the project as well. */
    async #catchUp() {
      if (this.#asking || this.#busy || this.#newest <= this.revision) return;
      this.#newest = 0; // asked for once, even if it fails
      await this.attempt(() => this.#change("edit", {json: {edits: [], revision: this.revision}}));
    }

    /** Until everything that was written has been answered. */
    async flush() {
      this.commit();
      while (this.#busy) await this.#busy;
    }

    #send(edits) {
      this.#queue.push(...edits.map(edit => ({edit, sent: false})));
      this.#saved("saving");
      this.#busy ??= this.#work().finally(() => { this.#busy = null; this.#catchUp(); });
    }

    async #work() {
      let tries = 0;
      while (this.#queue.length) {
        const step = [...this.#queue];
        try {
          const answer = await desk.fetch(`${this.path}/edit`, {json: {edits: step.map(({edit}) => edit), revision: this.revision}});
          this.#queue.splice(0, step.length);
          tries = 0;
          this.merge(answer);
        } catch (error) {
          if (!(error instanceof Refusal)) throw error;
          const later = !error.status || error.status === 429 || error.status >= 500;
          if (later) {
            this.#saved("unsaved");
            await new Promise(resolve => setTimeout(resolve, AGAIN_MS[Math.min(tries++, AGAIN_MS.length - 1)]));
          } else {
            this.#queue.splice(0, step.length);
            this.tell("error", error.message);
            await this.attempt(() => this.reload());
          }
        }
      }
      this.#saved(this.#typing.size ? "typing" : "saved");
    }

    #saved(how) { if (this.saving !== how) { this.saving = how; this.changed("saving"); } }

    /** What an edit will have changed; the server's word comes after and counts. */
    #foretell(edit) {
      const order = this.order;
      if (edit.op === "set_line") {
        const {op: _, line_id, ...fields} = edit;
        this.#local(line_id, fields);
      } else if (edit.op === "insert") {
        for (const line of edit.lines) this.lines.set(line.line_id, line);
        const place = edit.after === null ? order.length : edit.after ? this.index.get(edit.after) + 1 : 0;
        this.#ordered([...order.slice(0, place), ...edit.lines.map(line => line.line_id), ...order.slice(place)]);
      } else if (edit.op === "delete") {
        this.#ordered(order.filter(id => !edit.line_ids.includes(id)));
      } else if (edit.op === "move") {
        const moved = order.filter(id => edit.line_ids.includes(id)), rest = order.filter(id => !edit.line_ids.includes(id));
        const place = edit.before === null || !rest.includes(edit.before) ? rest.length : rest.indexOf(edit.before);
        this.#ordered([...rest.slice(0, place), ...moved, ...rest.slice(place)]);
      } else if (edit.op === "set_title") { this.title = edit.title; this.changed("title"); }
    }

    #local(id, fields) {
      const line = this.at(id);
      if (!line) return;
      this.lines.set(id, {...line, ...fields});
      const known = this.states.get(id);
      if (known?.clip && !known.stale && !("locked" in fields && Object.keys(fields).length === 1))
        this.states.set(id, {...known, state: known.state === "done" ? "new" : known.state, stale: true, check: null});
      this.changed("lines", id);
    }

    #ordered(order) {
      this.order = order;
      this.index = new Map(order.map((id, at) => [id, at]));
      this.changed("order");
    }

    /** What the server changed: {revision, changed: {…}, states}; the rest stays. */
    merge({revision, changed = {}, states}) {
      const {lines, script, takes, ...rest} = changed;
      if (revision !== undefined) this.revision = revision;
      for (const [id, line] of Object.entries(lines?.set ?? {})) { this.lines.set(id, line); this.changed("lines", id); }
      if (lines?.order) {
        this.#ordered(lines.order.filter(id => this.lines.has(id)));
        for (const id of this.lines.keys()) if (!this.index.has(id)) { this.lines.delete(id); this.states.delete(id); }
      }
      if (script) { Object.assign(this, script); this.changed("cast"); }
      if (takes) {
        const known = new Map([...this.takes.map(take => [take.take_id, take]), ...Object.entries(takes.set)]);
        this.takes = takes.order ? takes.order.map(id => known.get(id)).filter(Boolean) : [...known.values()];
        this.changed("takes");
      }
      Object.assign(this, rest, {can: rest.can ?? this.can});
      for (const part of Object.keys(rest)) this.changed({undo: "steps", redo: "steps", title: "title", rendering: "rendering", delivery: "delivery"}[part] ?? "cast");
      for (const [id, state] of Object.entries(states ?? {})) {
        const heard = this.#heardOf.get(id);
        this.#state(id, heard && heard.revision >= revision ? heard.state : state);
      }
      this.#overlay();
    }

    /** What is on its way to the server stands before what it has answered. */
    #overlay() {
      for (const {edit} of this.#queue) if (edit.op !== "set_script") this.#foretell(edit);
      for (const [id, fields] of this.#typing) this.#local(id, fields);
    }

    #state(id, state) { this.states.set(id, state); this.changed("states", id); }

    // Doing

    async #do(name, json) { await this.flush(); return this.attempt(() => desk.fetch(`${this.path}/${name}`, {json})); }
    render(lines = null) {
      for (const id of lines ?? this.order) {
        const known = this.state(id);
        if (lines && known.state !== "working") this.#state(id, {...known, state: "waiting", error: null});
      }
      return this.#do("render", {lines});
    }
    prefer(lines) { return desk.fetch(`${this.path}/prefer`, {json: {lines}}).catch(() => {}); }
    cancel(lines = null) { return this.#do("cancel", {lines}); }
    check(lines = null, take = undefined) { return this.#do("check", {lines, take}); }
    moreTakes(line_id, count) { return this.#do("takes", {line_id, count}); }
    speakTake(take_id) { return this.#do("render", {take: take_id}); }
    deliver(delivery, lines = null) { return this.#do("deliver", {delivery, lines}); }
    cancelDelivery() { return this.#do("deliver/cancel", {}); }
    async fromLink(link) { await this.flush(); return this.attempt(() => this.#change("take-from-link", {json: {link}})); }
    async import(file, mode) {
      await this.flush();
      return this.attempt(() => this.#change(`import?name=${encodeURIComponent(file.name)}&mode=${mode}`, {body: file}));
    }

    // Events

    #listen() {
      this.#events?.close();
      const events = this.#events = new EventSource(`desk/${this.path}/events?language=${desk.language}&since=${this.stamp}`);
      // What a line that broke has missed is told when it comes back; what has closed for good is asked for anew.
      events.onerror = () => { if (events === this.#events && events.readyState === EventSource.CLOSED) setTimeout(() => this.#listenAgain(events), AGAIN_MS.at(-1)); };
      events.onmessage = ({data, lastEventId}) => { if (events === this.#events) this.#heard(JSON.parse(data), Number(lastEventId)); };
    }

    /** Whether anybody looks; who comes back is told what has happened meanwhile. */
    look() {
      clearTimeout(this.#leaving);
      const events = this.#events;
      if (document.hidden) { this.commit(); this.#leaving = setTimeout(() => events?.close(), HIDDEN_MS); }
      else if (events?.readyState === EventSource.CLOSED) this.#listenAgain(events);
    }

    async #listenAgain(events) {
      if (events !== this.#events) return;
      try { await this.reload(); this.#listen(); }
      catch (error) { if (!(error instanceof Refusal)) throw error; if (!error.status || error.status >= 500) setTimeout(() => this.#listenAgain(events), AGAIN_MS.at(-1)); else this.tell("error", error.message); }
    }

    /** The words of what is told change with the page's language. */
    async speak() { if (this.id) { await this.leave(); await this.attempt(() => this.reload()); this.#listen(); } }

    #heard(event, id) {
      switch (event.type) {
        case "state":
          this.#heardOf.set(event.line_id, {id, revision: event.revision, state: event.state});
          this.#state(event.line_id, event.state);
          break;
        case "take":
          if (event.state) this.takeStates.set(event.take.take_id, event.state);
          if (!this.takes.some(take => take.take_id === event.take.take_id)) this.takes = [event.take, ...this.takes];
          else this.takes = this.takes.map(take => take.take_id === event.take.take_id ? event.take : take);
          this.changed("takes");
          break;
        case "rendering": this.rendering = event; this.changed("rendering"); break;
        case "changed": this.#newest = Math.max(this.#newest, event.revision); this.#catchUp(); break;
        case "saved": if (event.error) this.tell("error", event.error); break;
        case "gone": this.tell("warning", say("desk.gone")); break;
        case "delivery": case "delivered": case "delivery_failed": this.delivering = event; this.changed("delivering"); break;
      }
    }
  };
}
