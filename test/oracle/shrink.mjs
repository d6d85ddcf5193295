/** Without these a document would be none that AWS stores, or mean something else. */
const NEEDED = new Set([
  ...['request', 'principal', 'action', 'resource', 'resourceAccount', 'trustPolicy', 'keyPolicy'],
  ...['Version', 'Statement', 'Effect', 'Action', 'NotAction', 'Resource', 'NotResource', 'Principal', 'NotPrincipal'],
]);

/**
 * The smallest case for which `fails` still says yes: one member or list entry after the other is left out as
 * long as that changes nothing.
 */
export async function shrink(input, fails) {
  let current = input;
  for (let again = true; again; ) {
    again = false;
    for (const smaller of smallerOnes(current)) {
      if (!(await fails(smaller))) continue;
      current = smaller;
      again = true;
      break;
    }
  }
  return current;
}

function* smallerOnes(value) {
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) {
      if (value.length > 1) yield value.filter((_, index) => index !== i);
    }
    for (let i = 0; i < value.length; i++) {
      for (const smaller of smallerOnes(value[i])) yield value.map((one, index) => (index === i ? smaller : one));
    }
  } else if (typeof value === 'object' && value !== null) {
    for (const key of Object.keys(value)) {
      if (NEEDED.has(key)) continue;
      const { [key]: _, ...rest } = value;
      yield rest;
    }
    for (const key of Object.keys(value)) {
      for (const smaller of smallerOnes(value[key])) yield { ...value, [key]: smaller };
    }
  }
}
