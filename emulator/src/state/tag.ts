/** A name of a team's, by which resources are found and deployed together. Resources hold the names themselves. */
export interface Tag {
  id: number;
  uuid: string;
  name: string;
  team_id: number;
  created_at: string;
  updated_at: string;
}
