import { expect, test } from 'vitest';
import * as browser from '../src/index.ts';
import * as node from '../src/node/index.ts';

test('the names that both entries export at run time', () => {
  const names = [
    'ConnectionClosedError',
    'ConnectionNotOpenedError',
    'InvalidOptionError',
    'NotSentError',
    'connect',
    'keepConnected',
    'webSocketClass',
    'worthReconnecting',
  ];
  expect(Object.keys(browser).toSorted()).toEqual(names);
  expect(Object.keys(node).toSorted()).toEqual(names);
});

test('both entries give the same errors', () => {
  expect(browser.ConnectionClosedError).toBe(node.ConnectionClosedError);
});
