/** What differs from site to site. */
export interface DashboardSettings {
  /** Where the pages of Coldkeep are, as the browser reaches them; no slash at its end. */
  readonly baseUrl: string;
  /** An IANA zone such as `Europe/Brussels`, or `browser` for that of whoever looks. */
  readonly timeZone: string;
}

/** The settings of the committed dashboards: those of docker-compose.yml on one machine. */
export const standardSettings: DashboardSettings = { baseUrl: "http://127.0.0.1:8080", timeZone: "browser" };
