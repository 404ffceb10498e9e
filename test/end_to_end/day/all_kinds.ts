// Everybody who comes on a day.

import { badContent } from "./bad_content.ts";
import { goodClients } from "./good_clients.ts";
import type { Kind } from "./kind.ts";
import { liars } from "./liars.ts";
import { ownPeople } from "./own_people.ts";
import { rudeClients } from "./rude_clients.ts";

export interface Chapter {
  readonly title: string;
  readonly kinds: readonly Kind[];
}

export const chapters: readonly Chapter[] = [
  { title: "Those who mean well", kinds: goodClients },
  { title: "Our own, and whom we trust", kinds: ownPeople },
  { title: "Those who are not who they say they are, or known for the worse", kinds: liars },
  { title: "Those without manners", kinds: rudeClients },
  { title: "Bad messages", kinds: badContent },
];

export const allKinds: readonly Kind[] = chapters.flatMap(({ kinds }) => kinds);
