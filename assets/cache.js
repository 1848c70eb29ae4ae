
/** The Cache tab's list of entries. */
encore.shelf = (element, act, watch) => {
  watch("value", showOnce);
  element.addEventListener("click", event => {
    const control = event.target.closest("[data-act]");
    if (!control) return;
    switch (control.dataset.act) {
      case "play-clip": deck.toggle(control.closest(".e-clip").dataset.clip); break;
      case "keep": control.closest("details").open = false; break;
      default: act({act: control.dataset.act, name: control.dataset.name ?? ""});
    }
  });
};
