// The map of a day, drawn when it is opened. All it shows stands in the list too; without a map server there are only
// the stops and their lines.
(() => {
  const place = document.querySelector("#map");
  const data = document.querySelector("#map-data");
  const more = place?.closest("details");
  if (!more || !data || !self.L) return;
  const draw = () => {
    const { lanes, tiles, attribution } = JSON.parse(data.textContent);
    const map = L.map(place, { scrollWheelZoom: false, attributionControl: Boolean(tiles), zoomSnap: 0.5 });
    const all = lanes.flatMap((lane) => [...(lane.home && lane.stops.length ? [lane.home] : []),
      ...lane.stops.map((stop) => [stop.lat, stop.lon])]);
    map.fitBounds(all, { padding: [40, 40], maxZoom: 15, animate: false });
    if (tiles) L.tileLayer(tiles, { maxZoom: 19, attribution }).addTo(map);
    lanes.forEach((lane, number) => {
      const kind = `lane-${number % 6}`;
      const spots = lane.stops.map((stop) => [stop.lat, stop.lon]);
      if (!spots.length) return;
      const line = lane.home ? [lane.home, ...spots, lane.home] : spots;
      L.polyline(line, { className: `way ${kind}`, interactive: false }).addTo(map);
      if (lane.home) L.circleMarker(lane.home, { radius: 7, className: `home ${kind}`, interactive: false }).addTo(map);
      lane.stops.forEach((stop, at) => {
        const badge = document.createElement("span");
        badge.className = `badge ${kind}${stop.late ? " late" : ""}`;
        badge.textContent = at + 1;
        const says = `${lane.name}, ${stop.at}: ${stop.name}`;
        const icon = L.divIcon({ html: badge, className: "", iconSize: [30, 30] });
        const marker = L.marker([stop.lat, stop.lon], { icon, title: says, alt: says }).addTo(map);
        marker.on("click keypress", (event) => {
          if (event.type === "click" || event.originalEvent.key === "Enter") location.hash = `visit-${stop.pk}`;
        });
      });
    });
  };
  more.addEventListener("toggle", draw, { once: true });
})();
