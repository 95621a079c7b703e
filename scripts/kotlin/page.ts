export function writePage(_record: unknown): void {}
