/** Laravel's `Str::slug`: small letters and digits, anything between them a single dash. */
export function slug(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[̀-ͯ]/g, '')
    .toLowerCase()
    .replaceAll('_', '-')
    .replaceAll('@', '-at-')
    .replaceAll(/[^\p{L}\p{N}\s-]/gu, '')
    .replaceAll(/[\s-]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
