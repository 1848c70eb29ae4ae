
/** The cards of the engines. */
encore.engines = (element, act) => {
  element.addEventListener("click", event => {
    const control = event.target.closest("[data-act]");
    if (!control) return;
    if (control.dataset.act === "copy") {
      navigator.clipboard?.writeText(control.textContent);
      control.dataset.on = ""; setTimeout(() => control.removeAttribute("data-on"), 900);
      return;
    }
    const {engine, kind} = control.closest(".e-engine").dataset;
    act({act: control.dataset.act, engine, kind});
  });
};
