import { expect, test } from 'vitest';
import * as core from '../src/index.ts';

test('the names that the package exports at run time', () => {
  expect(Object.keys(core).toSorted()).toMatchInlineSnapshot(`
    [
      "abnormalClosure",
      "backoffDelay",
      "closeCodeName",
      "closeEventAt",
      "closingHandshake",
      "closingPhase",
      "createPolicy",
      "deadlines",
      "decide",
      "defaultBackoff",
      "defaultPolicy",
      "describeOutcome",
      "endingOf",
      "failuresAfter",
      "finProof",
      "handshakeDoneAt",
      "isEnded",
      "isSound",
      "isTcpState",
      "longestReasonBytes",
      "longestTimeout",
      "mayCloseWith",
      "mayStandInClose",
      "nextClosingPhase",
      "nextTcpState",
      "noStatusReceived",
      "observe",
      "observeAll",
      "outcome",
      "peerOf",
      "readyStateOf",
      "tcpTeardown",
      "unseenConnection",
    ]
  `);
});
