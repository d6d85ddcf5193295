import { WireError } from '../../types.js';

/** 400 InvalidParameter. */
export function invalidParameter(message: string): WireError {
  return new WireError('InvalidParameter', 400, `Invalid parameter: ${message}`);
}

/** 404 NotFound. */
export function notFound(what = 'Topic does not exist'): WireError {
  return new WireError('NotFound', 404, what);
}
