export {
  ConnectionClosedError,
  ConnectionNotOpenedError,
  InvalidOptionError,
} from '@farewell/core';
