/** The Docker and the Compose that the recorded server had. */
export const dockerVersion = '26.1.5';
export const composeVersion = '2.26.1';
