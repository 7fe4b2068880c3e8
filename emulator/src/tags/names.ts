/** Tag names as Coolify keeps them: without HTML tags, trimmed, in small letters. */
export function tagName(given: unknown): string {
  return String(given ?? '')
    .replaceAll(/<[^>]*>?/g, '')
    .trim()
    .toLowerCase();
}
