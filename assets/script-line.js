
/** The line that is worked on: its sound, its takes, and what a check found. */
{
  const desk = encore.desk, {el, say, icon, button, mark} = desk;
  const MOST_AT_ONCE = 12;

  desk.LinePanel = class LinePanel {
    #drawn = {};

    constructor(project, act) {
      Object.assign(this, {project, act});
      this.sound = el("section", {class: "e-cue-sound", "aria-label": say("desk.sound")});
      this.takes = new desk.Takes(project, act);
      this.check = new desk.Check(project, act);
      this.node = el("div", {class: "e-cue-panel"}, this.sound, this.takes.node, this.check.node);
      this.node.addEventListener("click", event => this.#click(event));
    }

    show(id) {
      if (this.id === id) return;
      this.id = id;
      this.draw({rows: new Set([id]), parts: new Set(["takes", "all"])});
    }

    draw({rows, parts}) {
      const {project, id} = this, line = project.at(id);
      const whole = parts.has("all"), order = parts.has("order");
      if (whole || order || rows.has(id)) this.#sound(line);
      if (whole || parts.has("takes") || rows.has(id)) this.takes.draw(line);
      if (whole || rows.has(id)) this.check.draw(line);
    }

    #sound(line) {
      if (!line) { this.sound.replaceChildren(); this.#drawn = {}; return; }
      const {project} = this, state = project.state(line.line_id), number = project.index.get(line.line_id) + 1;
      const drawn = JSON.stringify([line.line_id, number, line.speaker, line.text, state]);
      if (drawn === this.#drawn.sound) return;
      this.#drawn.sound = drawn;
      const title = el("h2", {class: "e-section"}, say("desk.line_number", {number}), line.speaker && el("b", {}, line.speaker));
      const speak = button("render", "", say(state.state === "done" ? "desk.again" : "desk.speak"), {shown: true, class: "e-button e-small-button"});
      const cancel = button("cancel-line", "", say("desk.cancel"), {shown: true, class: "e-button e-small-button"});
      const doing = state.state === "waiting" || state.state === "working";
      const head = el("header", {class: "e-section-head"}, title, doing ? cancel : state.state === "done" ? null : speak);
      if (!state.clip) {
        this.sound.replaceChildren(head, el("p", {class: "e-hint"}, state.error ?? (doing ? desk.outcome(state)[0].textContent : say(state.stale ? "desk.lost_help" : "desk.not_spoken"))));
        return;
      }
      const facts = [say("unit.s", {value: state.duration_s.toFixed(1)}), say("take.settings", {speed: Number((state.speed ?? line.speed).toFixed(2)), seed: state.seed ?? line.seed})];
      if (state.similarity !== null && state.similarity !== undefined) facts.push(say("take.similarity", {value: state.similarity.toFixed(2)}));
      const take = `line:${line.line_id}`;
      const card = el("article", {class: "e-take", "data-take": take, "data-clip": state.clip, "data-duration": state.duration_s, "data-outcome": state.outcome, "data-stale": Boolean(state.stale)},
        el("header", {}, button("play", "play", say("desk.play"), {class: "e-play"}),
          facts.map(fact => el("span", {class: "e-fact"}, fact)),
          el("span", {class: "e-actions"},
            el("a", {href: `audio/${state.clip}`, download: `${String(number).padStart(3, "0")}${line.speaker ? `-${line.speaker}` : ""}.wav`, title: say("take.download"), "aria-label": say("take.download")}, icon("download")))),
        desk.wave(state.bars ?? [], say("desk.seek")), state.segments?.length ? desk.rail(state.segments) : null,
        state.stale ? el("p", {class: "e-hint"}, say(state.outdated ? "desk.lost_help" : "desk.stale_help")) : this.#badges(state));
      this.sound.replaceChildren(head, card);
      showOnce();
    }

    #badges(state) {
      const whole = desk.badge(state.outcome, [el("b", {}, say("badge.output")), say(`outcome.${state.outcome}`)], state.total_ms, say("badge.output_help"));
      whole.classList.add("e-output");
      const told = ({outcome, tier}) => tier ? `${say(`outcome.${outcome}`)} · ${say(`tier.${tier}`)}` : say(`outcome.${outcome}`), {voice} = state;
      const learning = voice && desk.badge(voice.outcome, [el("b", {}, say("badge.speaker")), told(voice)], voice.ms, say("badge.speaker_help"));
      const segments = (state.segments ?? []).slice(0, 8).map((segment, at) => desk.badge(segment.outcome,
        [el("b", {}, String(at + 1)), told(segment)], segment.ms, segment.text));
      const saved = state.saved_ms >= 1 ? el("span", {class: "e-gain"}, say("latency.saved", {time: desk.span(state.saved_ms)})) : null;
      return el("div", {class: "e-badges"}, whole, learning, segments, saved);
    }

    #click(event) {
      const control = event.target.closest("[data-act]"), take = control?.closest("[data-take-id]")?.dataset.takeId;
      if (!control) return;
      const {act} = control.dataset;
      if (act === "seek") {
        const card = control.closest(".e-take");
        deck.play(card.dataset.clip, {take: card.dataset.take, share: shareAt(control, event)});
      } else if (take !== undefined) this.takes.click(act, take, control);
      else if (control.closest(".e-takes")) this.takes.click(act, null, control);
      else if (control.closest(".e-check")) this.check.click(act, control);
      else this.act(act, this.id, control);
    }
  };

  /** The takes of a line, and choosing among them without knowing which is which. */
  desk.Takes = class Takes {
    blind = null;   // {letters: take ids in their order, chosen, revealed}
    count = 3;

    constructor(project, act) {
      Object.assign(this, {project, act});
      this.node = el("section", {class: "e-takes", "aria-label": say("desk.takes")});
      this.node.addEventListener("change", event => {
        const take = event.target.closest("[data-take-id]")?.dataset.takeId;
        if (event.target.matches(".e-note")) project.edit({op: "set_take", take_id: take, note: event.target.value.trim()});
        else if (event.target.matches(".e-how-many")) this.count = Math.min(MOST_AT_ONCE, Math.max(1, Math.round(Number(event.target.value)) || 1));
      });
    }

    draw(line) {
      this.line = line;
      if (!line) { this.node.replaceChildren(); return; }
      const {project} = this, all = project.takesOf(line.line_id);
      if (this.blind && (this.blind.line !== line.line_id || this.blind.letters.some(id => !all.some(take => take.take_id === id)))) this.blind = null;
      const drawn = JSON.stringify([line, all, all.map(take => project.takeStates.get(take.take_id)), this.blind, project.can.seed]);
      if (drawn === this.drawn) return;
      if (this.node.contains(document.activeElement) && document.activeElement.matches(".e-note") && this.drawnFor === line.line_id) return;
      this.drawn = drawn; this.drawnFor = line.line_id;
      const focused = this.node.contains(document.activeElement) ? [document.activeElement.closest("[data-take-id]")?.dataset.takeId, document.activeElement.dataset.act] : null;
      const numbers = new Map(all.map((take, at) => [take.take_id, all.length - at]));
      const {blind} = this;
      this.node.replaceChildren(
        el("header", {class: "e-section-head"}, el("h2", {class: "e-section"}, say("desk.takes"), all.length ? el("b", {}, String(all.length)) : null),
          all.length > 1 && !blind ? button("blind", "compare", say("desk.blind"), {shown: true, class: "e-button e-small-button", title: say("desk.blind_help")}) : null,
          el("span", {class: "e-makes"}, el("input", {class: "e-how-many", type: "number", min: "1", max: String(MOST_AT_ONCE), value: String(this.count), "aria-label": say("desk.how_many")}),
            button("make", "keep", say("desk.make_takes"), {shown: true, class: "e-button e-small-button", disabled: !project.can.seed, title: project.can.seed ? null : say("clone.seed_off")}))),
        blind ? this.#blind(all, numbers) : all.length ? el("ul", {class: "e-kept-list"}, all.map(take => this.#take(take, numbers.get(take.take_id)))) : el("p", {class: "e-hint"}, say("desk.no_takes")));
      if (focused) this.node.querySelector(focused[0] ? `[data-take-id="${focused[0]}"] [data-act="${focused[1]}"]` : `[data-act="${focused[1]}"]`)?.focus();
      showOnce();
    }

    #chosen(take) { return ["text", "seed", "speed", "instruction"].every(field => take.line[field] === this.line[field]); }

    #card(take, content) {
      const state = this.project.takeStates.get(take.take_id), doing = state && (state.state === "waiting" || state.state === "working");
      return el("li", {class: "e-take e-kept", "data-take": `take:${take.take_id}`, "data-take-id": take.take_id, "data-clip": state?.clip ?? "", "data-duration": take.duration_s,
        "data-chosen": (!this.blind || this.blind.revealed) && this.#chosen(take), "data-starred": take.starred, "data-doing": Boolean(doing)}, content);
    }

    #take(take, number) {
      const state = this.project.takeStates.get(take.take_id), other = take.line.text !== this.line.text;
      const act = (name, drawing, words, more = {}) => button(name, drawing, words, more);
      return this.#card(take, [
        el("header", {}, button("play-take", "play", say("desk.play_take", {number}), {class: "e-play"}), el("span", {class: "e-number"}, say("desk.take_number", {number})),
          this.#chosen(take) ? el("span", {class: "e-trait e-in-script"}, say("desk.in_script")) : null,
          el("span", {class: "e-fact"}, `${say("unit.s", {value: take.duration_s.toFixed(1)})} · ${say("take.settings", {speed: Number(take.line.speed.toFixed(2)), seed: take.line.seed})}`),
          state?.outcome ? desk.badge(state.outcome, say(`outcome.${state.outcome}`), state.total_ms) : null,
          el("span", {class: "e-actions"},
            act("star", "pin", say(take.starred ? "desk.unstar" : "desk.star"), {"aria-pressed": take.starred}),
            this.#chosen(take) ? null : act("choose", "check", say("desk.choose")),
            act("take-menu", "more", say("desk.take_menu"), {"aria-haspopup": "menu", "aria-expanded": "false"}))),
        other ? el("p", {class: "e-say"}, take.line.text) : null,
        el("input", {class: "e-note", maxlength: "500", value: take.note, placeholder: say("desk.note"), "aria-label": say("desk.note_on", {number})}),
        state?.error ? desk.note("error", state.error) : null,
        desk.wave(state?.bars?.length ? state.bars : [], say("desk.seek"))].filter(part => !(part?.matches?.(".e-wave") && !state?.bars?.length)));
    }

    /** Letters in place of takes, in an order that tells nothing. */
    #blind(all, numbers) {
      const {blind} = this, letter = at => String.fromCharCode(65 + at);
      return el("div", {class: "e-blind"},
        el("p", {class: "e-hint", role: "status"}, blind.revealed
          ? blind.chosen ? say("desk.blind_chosen", {letter: letter(blind.letters.indexOf(blind.chosen)), number: numbers.get(blind.chosen)}) : say("desk.blind_open")
          : say("desk.blind_hint")),
        el("ul", {class: "e-letters"}, blind.letters.map((id, at) => {
          const take = all.find(each => each.take_id === id);
          return this.#card(take, [
            button("play-take", "play", say("desk.play_letter", {letter: letter(at)}), {class: "e-play"}), el("b", {class: "e-letter"}, letter(at)),
            blind.revealed ? el("span", {class: "e-fact"}, `${say("desk.take_number", {number: numbers.get(id)})} · ${say("take.settings", {speed: Number(take.line.speed.toFixed(2)), seed: take.line.seed})}`)
              : button("prefer", "", say("desk.prefer"), {shown: true, class: "e-button e-small-button", "aria-label": say("desk.prefer_letter", {letter: letter(at)})})]);
        })),
        el("div", {class: "e-section-foot"}, blind.revealed ? null : button("reveal", "", say("desk.reveal"), {shown: true, class: "e-button e-small-button"}),
          button("blind-off", "", say("desk.blind_off"), {shown: true, class: "e-button e-small-button"})));
    }

    click(name, id, control) {
      const {project} = this, take = project.takes.find(each => each.take_id === id);
      switch (name) {
        case "make": project.moreTakes(this.line.line_id, this.count); break;
        case "play-take": this.act("play-take", id); break;
        case "star": project.edit({op: "set_take", take_id: id, starred: !take.starred}); break;
        case "choose": this.#choose(id); break;
        case "take-menu": this.#menu(take, control); break;
        case "blind": this.#begin(); break;
        case "prefer": Object.assign(this.blind, {chosen: id, revealed: true}); this.#choose(id); break;
        case "reveal": this.blind.revealed = true; break;
        case "blind-off": this.blind = null; break;
      }
      this.draw(project.at(this.line.line_id));
    }

    /** Into the script; its sound is there already. */
    #choose(id) {
      this.project.edit({op: "choose_take", take_id: id});
      this.project.render([this.line.line_id]);
    }

    #begin() {
      const all = this.project.takesOf(this.line.line_id), starred = all.filter(take => take.starred);
      const letters = (starred.length > 1 ? starred : all).slice(0, 8).map(take => take.take_id);
      for (let at = letters.length - 1; at > 0; at--) {
        const other = crypto.getRandomValues(new Uint32Array(1))[0] % (at + 1);
        [letters[at], letters[other]] = [letters[other], letters[at]];
      }
      this.blind = {line: this.line.line_id, letters, chosen: null, revealed: false};
    }

    #menu(take, control) {
      const copy = text => navigator.clipboard?.writeText(text).then(() => this.project.tell("good", say("desk.copied")));
      desk.menu(control, [
        {words: say("desk.choose"), icon: "check", off: this.#chosen(take), act: () => this.click("choose", take.take_id)},
        {words: say("desk.copy_link"), icon: "link", off: !take.link, act: () => copy(location.origin + location.pathname + take.link)},
        {words: say("desk.copy_command"), icon: "command", off: !take.command, act: () => copy(take.command)},
        "-",
        {words: say("desk.delete_take"), icon: "delete", quiet: true, act: () => this.project.edit({op: "delete_take", take_id: take.take_id})},
      ]);
    }

    /** The take before or after the one that is in the script, or that was heard last. */
    step(by) {
      const all = this.blind ? this.blind.letters : this.project.takesOf(this.line.line_id).map(take => take.take_id).reverse();
      if (!all.length) return;
      const heard = deck.take?.startsWith("take:") ? all.indexOf(deck.take.slice(5)) : -1;
      this.act("play-take", all[heard < 0 ? (by > 0 ? 0 : all.length - 1) : (heard + by + all.length) % all.length]);
    }
  };
}
