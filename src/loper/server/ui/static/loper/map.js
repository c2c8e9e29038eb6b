// The map of a day. All it shows stands in the list too; without a map server there are only the stops and their lines.
(() => {
  const place = document.querySelector("#map");
  const data = document.querySelector("#map-data");
  if (!place || !data || !self.L) return;
  const { lanes, tiles, attribution } = JSON.parse(data.textContent);
  const map = L.map(place, { scrollWheelZoom: false, attributionControl: Boolean(tiles), zoomSnap: 0.5 });
  if (tiles) L.tileLayer(tiles, { maxZoom: 19, attribution }).addTo(map);
  const all = [];
  lanes.forEach((lane, number) => {
    const kind = `lane-${number % 6}`;
    const spots = lane.stops.map((stop) => [stop.lat, stop.lon]);
    const line = lane.home ? [lane.home, ...spots, lane.home] : spots;
    if (spots.length) L.polyline(line, { className: `way ${kind}`, interactive: false }).addTo(map);
    if (lane.home && spots.length) {
      L.circleMarker(lane.home, { radius: 6, className: `home ${kind}`, interactive: false }).addTo(map);
    }
    lane.stops.forEach((stop, at) => {
      const badge = document.createElement("span");
      badge.className = `badge ${kind}${stop.late ? " late" : ""}`;
      badge.textContent = at + 1;
      const marker = L.marker([stop.lat, stop.lon], {
        icon: L.divIcon({ html: badge, className: "", iconSize: [30, 30] }),
        title: `${lane.name}, ${stop.at}: ${stop.name}`,
        alt: `${lane.name}, ${stop.at}: ${stop.name}`,
      }).addTo(map);
      marker.on("click keypress", (event) => {
        if (event.type === "click" || event.originalEvent.key === "Enter") location.hash = `visit-${stop.pk}`;
      });
    });
    all.push(...line);
  });
  const fit = () => { map.invalidateSize(); map.fitBounds(all, { padding: [30, 30], maxZoom: 15 }); };
  fit();
  place.closest("details")?.addEventListener("toggle", fit);
})();
