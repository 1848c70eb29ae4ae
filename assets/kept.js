
/** What is there again when the page is loaded again: what Clone held, as words and requests without sound; the open tab. */
{
  const TYPED = "encore-typed", HELD = "encore-held";
  // A window goes on with what was its own; a new one with what was there last.
  const PLACES = [sessionStorage, localStorage];
  const TABS = "#tabs > .tab-wrapper [role=tab]", TAB = "encore-tab";
  let tabKnown = false, tabAsked = new URLSearchParams(location.search).has("take");
  let viewer = null; // whose page it is; unknown until what was kept has come back, and nothing is kept before that

  const kept = name => {
    for (const place of PLACES) {
      try { const found = JSON.parse(place.getItem(name)); if (found) return found; } catch { /* nothing that was written here */ }
    }
    return null;
  };
  const keep = (name, value) => {
    for (const place of PLACES) try { place.setItem(name, JSON.stringify(value)); } catch { place.removeItem(name); } // it is full
  };

  encore.kept = {
    /** What was kept; never nothing, so that the server is sure to hear of it. */
    read() { return JSON.stringify({typed: kept(TYPED), held: kept(HELD)}); },

    /** The fields called `names` hold `values` now. */
    type(names, values) {
      if (viewer !== null) keep(TYPED, {viewer, ...Object.fromEntries(names.map((name, at) => [name, values[at]]))});
    },

    /** What no field shows, as the server tells it. */
    hold(element, watch) {
      const read = () => {
        const text = element.textContent.trim();
        if (!text) return;
        const held = JSON.parse(text);
        if (kept(TYPED)?.viewer !== held.viewer) for (const place of PLACES) place.removeItem(TYPED); // somebody else's
        viewer = held.viewer;
        keep(HELD, held);
      };
      watch("value", read);
      read();
    },

    /** The tab that was open, unless another one was asked for meanwhile. */
    openTab() {
      const known = sessionStorage.getItem(TAB);
      tabKnown = true;
      if (tabAsked || !known) return;
      [...document.querySelectorAll(TABS)].find(tab => tab.dataset.tabId === known)?.click();
    },
  };

  // On a phone the tabs are a row that scrolls.
  const inSight = tab => tab?.scrollIntoView({block: "nearest", inline: "nearest"});
  document.addEventListener("click", event => {
    const tab = event.target.closest?.(TABS);
    if (tab) { tabAsked = true; inSight(tab); }
  }, {capture: true});
  addEventListener("resize", () => inSight(document.querySelector(`${TABS}[aria-selected=true]`)));
  addEventListener("pagehide", () => {
    const tab = tabKnown && document.querySelector(`${TABS}[aria-selected=true]`); // a page that is left before it is ready knows nothing
    if (tab) sessionStorage.setItem(TAB, tab.dataset.tabId);
  });
}
