// A page of one graph, which stands in it: show it, as the address has it.

setLanguage(preferredLanguage(addressParts().get("lang") ?? document.documentElement.dataset.lang));
setGraph(JSON.parse(find("graph").textContent));
listen();
find("language").value = language;
showGraph();
restoreState();
readAddress = false;
refresh();
follow();
addEventListener("hashchange", () => { if (location.hash.slice(1) !== stateText()) { restoreState(); refresh(); } });
