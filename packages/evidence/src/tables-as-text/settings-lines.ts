import type { TcpSettings } from '@farewell/core';
import type { Draft } from './table-parser.ts';

type SingleValue = Exclude<keyof TcpSettings, 'portRange'>;

/** sysctl -> field of the settings, and what one unit of it is in the field's unit. */
const NAMES: ReadonlyMap<string, readonly [field: SingleValue, unit: number]> = new Map([
  ['net.ipv4.tcp_fin_timeout', ['finTimeout', 1000]],
  ['net.ipv4.tcp_tw_reuse', ['timeWaitReuse', 1]],
  ['net.ipv4.tcp_max_tw_buckets', ['maxTimeWait', 1]],
  ['net.ipv4.tcp_max_orphans', ['maxOrphans', 1]],
  ['net.ipv4.tcp_orphan_retries', ['orphanRetries', 1]],
  ['net.ipv4.tcp_retries2', ['retries2', 1]],
  ['net.ipv4.tcp_keepalive_time', ['keepaliveTime', 1000]],
  ['net.ipv4.tcp_keepalive_intvl', ['keepaliveInterval', 1000]],
  ['net.ipv4.tcp_keepalive_probes', ['keepaliveProbes', 1]],
  ['net.core.somaxconn', ['somaxconn', 1]],
  ['fs.file-max', ['fileMax', 1]],
]);

const PORT_RANGE = 'net.ipv4.ip_local_port_range';

/** Collects lines such as `sysctl` prints: `net.ipv4.tcp_fin_timeout = 60`. */
export class SettingsLines {
  #settings: Draft<TcpSettings> | null = null;

  /** True if the line is a sysctl's, also of one that is of no interest. */
  take(line: string): boolean {
    const match =
      /^(?:\/proc\/sys\/)?((?:net|fs|kernel|vm)[./][\w./-]{1,80}?)\s{0,8}[=:]\s{0,8}(\d[\d\s]{0,40})$/.exec(
        line,
      );
    if (match === null) return false;
    const [, name = '', value = ''] = match;
    this.#set(name.replaceAll('/', '.'), value.trim());
    return true;
  }

  /** Null if no line held one of the settings. */
  settings(): TcpSettings | null {
    return this.#settings;
  }

  #set(name: string, value: string): void {
    const known = NAMES.get(name);
    if (known !== undefined && /^\d+$/.test(value)) {
      this.#settings ??= { ...NOTHING_KNOWN };
      this.#settings[known[0]] = Number(value) * known[1];
    }
    const range = name === PORT_RANGE ? /^(\d{1,5})\s+(\d{1,5})$/.exec(value) : null;
    if (range === null) return;
    this.#settings ??= { ...NOTHING_KNOWN };
    this.#settings.portRange = [Number(range[1]), Number(range[2])];
  }
}

const NOTHING_KNOWN: TcpSettings = {
  finTimeout: null,
  portRange: null,
  timeWaitReuse: null,
  maxTimeWait: null,
  maxOrphans: null,
  orphanRetries: null,
  retries2: null,
  keepaliveTime: null,
  keepaliveInterval: null,
  keepaliveProbes: null,
  somaxconn: null,
  fileMax: null,
};
