/** What a command of the machine's own may know of the emulator's environment: where programs are, and how to get out. */
export function outsideEnvironment(): Record<string, string> {
  const names = ['PATH', 'SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'npm_config_registry', ...proxies];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

const proxies = ['http_proxy', 'https_proxy', 'no_proxy', 'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY'];
