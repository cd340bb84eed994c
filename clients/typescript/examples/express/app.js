// A product whose users need a seat. `EDGE` is where the edge is, `KEY` an API key of the product.
import { EdgeClient, verifyWebhook } from "@bheem/edge";
import { requireSeat } from "@bheem/edge/express";
import express from "express";

const edge = new EdgeClient({ url: process.env.EDGE, key: process.env.KEY });
edge.start();

const app = express();

// Only for this example: a product takes both from its session. Whoever may choose a header may choose a user.
const user = (request) => request.get("x-user");
const organization = (request) => request.get("x-organization");

app.get("/records", requireSeat(edge, { applicationSlug: "healos", user, organization }), (request, response) => {
  const { seatId, origin } = request.seat;
  response.json({ records: [], seatId, origin });
});

// What the edge sends: the body is needed as it came.
app.post("/events", express.text({ type: "*/*" }), async (request, response) => {
  try {
    const event = await verifyWebhook(process.env.WEBHOOK_SECRET ?? "", { headers: request.headers, body: request.body });
    console.log("event", event.id, event.body);
    response.sendStatus(204);
  } catch {
    response.sendStatus(400);
  }
});

const server = app.listen(process.env.PORT ?? 3001, () => console.log(`http://127.0.0.1:${server.address().port}`));

process.once("SIGTERM", () => {
  edge.close();
  server.close();
});
