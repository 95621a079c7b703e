import type { Report, TracedService } from '@farewell/diagnosis';

/** So many services in the text; the JSON has all of them. */
const mostServices = 5;

/** What happened to each service while it was watched: `:8080: 99 opened and 99 ended in 3 s; ...`. */
export function tracedTexts({ traced }: Report): string[] {
  const services = (traced?.services ?? []).filter(anythingHappened);
  return services.slice(0, mostServices).map((service) => `${placeOf(service)}: ${service.text}`);
}

function anythingHappened({ opened, ended, closes, retransmits }: TracedService): boolean {
  return (
    opened + ended + closes.peerFirst + closes.localFirst + closes.localAfter + retransmits > 0
  );
}

function placeOf({ port, destination }: TracedService): string {
  return destination === null ? `:${port}` : `to ${destination}`;
}
