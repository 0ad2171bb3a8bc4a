import { request } from "../api/client";
import { live } from "../api/store";
import type { Done } from "../api/types";
import { ask, type Question } from "./dialog";

/** A request that destroys something: the name is typed, the reason is told, and what was seen must still be so. */
export function destroy(question: Omit<Question, "run" | "reason" | "confirm"> & { confirm: string; path: string; method?: string; etag?: string | null; body?: () => object; refresh?: string | null }): void {
  ask({
    ...question,
    reason: true,
    run: async (reason) => {
      const body = { confirm: question.confirm, reason, ...question.body?.() };
      const done = await request<Done>(question.method ?? "POST", question.path, { body, etag: question.etag ?? null });
      if (question.refresh) void live.refresh(question.refresh);
      return done;
    },
  });
}
