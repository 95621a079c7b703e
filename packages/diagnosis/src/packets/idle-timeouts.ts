/** Something on the way that ends connections on which nothing moves. */
export interface IdleTimeout {
  /** Its default, ms. */
  readonly ms: number;
  readonly name: string;
  readonly setting: string;
}

/** Defaults by the vendors' documentation. */
const idleTimeouts: readonly IdleTimeout[] = [
  { ms: 30_000, name: 'GCP load balancer', setting: 'the backend service timeout, idle or not' },
  { ms: 60_000, name: 'nginx', setting: 'proxy_read_timeout and proxy_send_timeout' },
  { ms: 60_000, name: 'AWS ALB', setting: 'idle_timeout.timeout_seconds' },
  { ms: 100_000, name: 'Cloudflare', setting: 'no setting below Enterprise: send pings' },
  { ms: 240_000, name: 'Azure Load Balancer', setting: 'idleTimeoutInMinutes, and TCP reset' },
  { ms: 300_000, name: 'Envoy', setting: 'stream_idle_timeout' },
  { ms: 350_000, name: 'AWS NLB', setting: 'tcp.idle_timeout.seconds' },
  { ms: 600_000, name: 'GCP load balancer (keep-alive)', setting: 'no setting: send pings' },
];

/** How much later than its default a cut was seen: timers that tick in seconds, and the way to us. */
const lateness = { least: 1500, share: 0.02 } as const;
const earliness = 100;

/** Which of them end a connection after this silence, ms. Often several: none can be told from another. */
export function matchingTimeouts(silence: number): readonly IdleTimeout[] {
  return idleTimeouts.filter(({ ms }) => {
    const late = silence - ms;
    return late >= -earliness && late <= Math.max(lateness.least, ms * lateness.share);
  });
}

/** A silence that is a whole number of these looks like a setting, ms. */
const roundStep = 5000;
const roundWithin = 250;

/** True if the silence looks like a timeout that somebody has set. */
export function looksLikeSetting(silence: number): boolean {
  const off = silence - Math.round(silence / roundStep) * roundStep;
  return silence >= 2 * roundStep && off >= -earliness && off <= roundWithin;
}
