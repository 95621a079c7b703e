/**
 * What a side's bytes are being read as: the value of the slot MODE. Constants of a file without imports are
 * put in as values (scripts/bundle.js).
 */
export const START = 0; // the first bytes of the connection or of the next HTTP message
export const BODY = 1; // REMAINING bytes of an HTTP body
export const UNBOUNDED_BODY = 2; // a body whose end is not known: each segment may begin a new head
export const WAITING = 3; // the client's bytes behind a request, until the response decides
export const FRAMES_MODE = 4;
export const TLS_MODE = 5;
export const OPAQUE = 6; // something else; only counted
export const SEARCHING = 7; // frames may begin at the next segment
