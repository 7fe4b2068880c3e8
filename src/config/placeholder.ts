/** `${COOLIFY_API_TOKEN}`, as it arrives when a client's configuration is not expanded. */
export const isPlaceholder = (text: string): boolean => /\$\{\w+(:-[^}]*)?\}/.test(text);
