export function newTemplate(_id: string): string {
  throw new Error('not built yet');
}
