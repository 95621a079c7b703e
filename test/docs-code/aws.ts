import { spawnSync } from 'node:child_process';
import { folderOf } from '../stacks/kits.ts';
import type { Block } from './blocks.ts';

const service = 'elbv2';

/**
 * What the AWS CLI says of its commands in a block, which it checks and does not send; empty: nothing. The keys of
 * attributes are any text to it: those have to stand in its description of the service.
 */
export function problemWith({ code }: Block): string {
  const resources = [...code.matchAll(/\$(\w+)/g)].map(([, name = '']) => `${name}=arn`);
  const { status, stderr } = bash(`set -eu
aws() { bin/aws "$@" --region eu-central-1 --generate-cli-skeleton output >/dev/null; }
${resources.join('\n')}
${code}`);
  if (status !== 0) return stderr || `status ${String(status)}`;
  return keysIn(code)
    .filter((key) => !described().includes(`<code>${key}</code>`))
    .map((key) => `${service} has no attribute ${key}`)
    .join('\n');
}

function keysIn(code: string): readonly string[] {
  return [...code.matchAll(/\bKey=([\w.]+)/g)].map(([, key = '']) => key);
}

function described(): string {
  return bash(`cat lib/python*/site-packages/awscli/botocore/data/${service}/*/service-2.json`)
    .stdout;
}

function bash(script: string) {
  const options = { cwd: folderOf('cures'), encoding: 'utf8', maxBuffer: 64 << 20 } as const;
  return spawnSync('bash', ['-c', script], options);
}
