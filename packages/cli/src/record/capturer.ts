import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import type { RecordRequest } from './request.ts';

/** A program that captures, and how it is told what to do. */
export interface Capturer {
  readonly name: 'tcpdump' | 'dumpcap';
  readonly path: string;
}

/**
 * Whole packets: a frame's header can stand anywhere in a segment, and what the network card is to cut
 * later is up to 64 kB long here.
 */
const snapshotBytes = 262_144;
const ringFiles = 4;
/** For packets that wait to be written; the default of 2 MB is soon full. */
const roomMegabytes = 32;

/**
 * So long the kernel may keep a packet before the program gets it, ms: their read timeouts of 1 s and
 * 250 ms. What comes later than this before the program is told to end may be lost.
 */
export const kernelKeeps: Readonly<Record<Capturer['name'], number>> = {
  tcpdump: 1100,
  dumpcap: 350,
};

/** What is said where there is neither program. */
export const noCapturer =
  'neither tcpdump nor dumpcap is in PATH, and one of them has to capture: ' +
  'apt-get install tcpdump, apk add tcpdump, dnf install tcpdump';

/** What is said where it failed: empty for root, who may capture. */
export function adviceOnRight(): string {
  return process.getuid?.() === 0 ? '' : '. Capturing takes root or CAP_NET_RAW: try it with sudo';
}

/** The first of tcpdump and dumpcap in PATH; null: there is neither. */
export function findCapturer(path: string | undefined): Capturer | null {
  const folders = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  for (const name of ['tcpdump', 'dumpcap'] as const) {
    const found = folders.map((folder) => join(folder, name)).find(isExecutable);
    if (found !== undefined) return { name, path: found };
  }
  return null;
}

/** What to capture and where to write it; `-` is standard output. */
type Capturing = Pick<RecordRequest, 'file' | 'filter' | 'ring' | 'interface'>;

/** The arguments that make it capture what is asked for, each packet written as it comes. */
export function argumentsFor({ name }: Capturer, capturing: Capturing): readonly string[] {
  const { file, filter, ring } = capturing;
  const device = capturing.interface;
  const snapshot = ['-s', String(snapshotBytes)];
  if (name === 'dumpcap') {
    const kilobytes = ring === null ? 0 : Math.ceil((ring * 1000) / ringFiles);
    const rotation = ['-b', `filesize:${kilobytes}`, '-b', `files:${ringFiles}`];
    const room = ['-B', String(roomMegabytes)];
    const always = ['-i', device, ...snapshot, ...room, '-f', filter, '-w', file];
    return ring === null ? always : [...always, ...rotation];
  }
  const rotation = ['-C', String(Math.ceil((ring ?? 0) / ringFiles)), '-W', String(ringFiles)];
  // Not --immediate-mode: then each packet takes a place for the largest one, and a third of them is lost
  // at 2,000 short connections a second.
  const prompt = ['-U', '-B', String(roomMegabytes * 1024)];
  const always = ['-i', device, '-n', ...prompt, ...snapshot, '-w', file, ...keepUser()];
  return [...always, ...(ring === null ? [] : rotation), ...filter.split(' ')];
}

/** Debian's tcpdump gives root up for a user of its own, who may not write where root may. */
function keepUser(): readonly string[] {
  return process.getuid?.() === 0 ? ['-Z', 'root'] : [];
}

/** What `farewell explain` is to be given: with a ring the names have something appended. */
export function filesWritten({ name }: Capturer, { file, ring }: RecordRequest): string {
  if (ring === null) return file;
  if (name === 'tcpdump') return `${file}[0-9]*`;
  const dot = file.lastIndexOf('.');
  return dot > file.lastIndexOf('/') ? `${file.slice(0, dot)}_*${file.slice(dot)}` : `${file}_*`;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
