/** The compose files of one-click services, as far as a recording shows them (services 1, 16). */
export const templates: Readonly<Record<string, string>> = {
  'uptime-kuma': `services:
  uptime-kuma:
    image: louislam/uptime-kuma:2
    environment:
      - SERVICE_URL_UPTIMEKUMA_3001
    volumes:
      - uptime-kuma-data:/app/data
    healthcheck:
      test: [CMD-SHELL, extra/healthcheck]
      interval: 5s
      timeout: 5s
      retries: 10
`,
};

/** Services that Coolify puts on the destination's own network as well. */
export const onDestinationNetwork: readonly string[] = ['pgadmin', 'databasus', 'redis-insight'];
