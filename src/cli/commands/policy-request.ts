/** What a request may name, for `policy eval` and `policy explain` alike. */

export const PRINCIPAL_FORM = 'the ARN of a user, role, session or account root, a service name or *';
export const ACTION_FORM = 'one action such as s3:GetObject';

/** An ARN of IAM or STS, an account id, the name of a service or identity provider, or `*`. */
export function isPrincipal(text: string): boolean {
  return (
    text === '*' ||
    /^\d{12}$/.test(text) ||
    /^arn:[^:]+:(iam|sts)::\d{12}:.+/s.test(text) ||
    /^[a-z0-9-]+(\.[a-z0-9-]+)+$/i.test(text)
  );
}

/** `SERVICE:ACTION` without wildcards. */
export function isAction(text: string): boolean {
  return /^[\w-]+:\w+$/.test(text);
}

/** An ARN, or `*` for the actions that have no resource. */
export function isResource(text: string): boolean {
  return text === '*' || /^arn:([^:]*:){4}./s.test(text);
}

export function isAccount(text: string): boolean {
  return /^\d{12}$/.test(text);
}
