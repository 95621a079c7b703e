import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { folderOf } from '../stacks/kits.ts';
import type { Block } from './blocks.ts';

/**
 * What kubernetes-validate says of resources, or of the `spec` of a pod; empty: they are what the API's schema
 * wants.
 */
export function problemWith({ code }: Block): string {
  const input = /^kind:/m.test(code) ? code : `${pod}${code}`;
  const validate = join(folderOf('cures'), 'bin/kubernetes-validate');
  const { status, stdout, stderr } = spawnSync(validate, ['--strict', '-'], {
    input,
    encoding: 'utf8',
  });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

const pod = `apiVersion: v1
kind: Pod
metadata:
  name: chat
`;
