/** A team's access to a cloud provider (`cloud_provider_tokens`). */
export interface CloudToken {
  id: number;
  uuid: string;
  team_id: number;
  provider: string;
  token: string;
  name: string;
  description: string | null;
  created_at: string;
  updated_at: string;
}

/** What a new cloud server runs first (`cloud_init_scripts`). */
export interface CloudInitScript {
  id: number;
  uuid: string;
  team_id: number;
  name: string;
  script: string;
  created_at: string;
  updated_at: string;
}
