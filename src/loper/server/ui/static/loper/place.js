// On the way to a customer: where this phone is, once in half a minute, for as long as the page is in front. Only where the
// technician shares it ([data-place] has the address to send it to) and a visit is under way; else nothing is asked or sent.
(() => {
  const EVERY = 30000, FRESH = 60000;
  let watch = null, last = 0;

  const asked = () => document.querySelector('[data-visit][data-stands="under_way"]') && document.querySelector("[data-place]");
  const token = () => document.querySelector("input[name=csrfmiddlewaretoken]")?.value || "";

  function send(found) {
    const wish = asked(), now = Date.now();
    if (!wish) { stop(); return; }
    if (now - last < EVERY || now - found.timestamp > FRESH || !navigator.onLine) return;
    last = now;
    const { latitude, longitude, accuracy } = found.coords;
    const round = (degrees) => degrees.toFixed(3);  // about a hundred metres: more is nobody's business
    const body = new URLSearchParams({
      lat: round(latitude), lon: round(longitude), accuracy: Math.round(accuracy),
      ago: Math.max(0, Math.round((now - found.timestamp) / 1000)), csrfmiddlewaretoken: token(),
    });
    fetch(wish.dataset.place, { method: "POST", body, credentials: "same-origin" }).catch(() => {});
  }

  function start() {
    if (watch === null && asked() && "geolocation" in navigator) {
      watch = navigator.geolocation.watchPosition(send, stop, { enableHighAccuracy: false, maximumAge: EVERY, timeout: FRESH });
    }
  }

  function stop() {
    if (watch !== null) navigator.geolocation.clearWatch(watch);
    watch = null;
  }

  const look = () => (asked() && !document.hidden ? start() : stop());
  document.addEventListener("visibilitychange", look);
  setInterval(look, EVERY / 2);
  look();
})();
