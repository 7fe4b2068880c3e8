CREATE TABLE "fairlead"."audit" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "fairlead"."audit_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" bigint NOT NULL,
	"resource_id" text NOT NULL,
	"entry" json NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fairlead"."plans" (
	"id" text PRIMARY KEY NOT NULL,
	"plan" json NOT NULL,
	"created_at" bigint NOT NULL,
	"used_by" text
);
--> statement-breakpoint
CREATE TABLE "fairlead"."run_events" (
	"run_id" text NOT NULL,
	"seq" integer NOT NULL,
	"event" json NOT NULL,
	CONSTRAINT "run_events_run_id_seq_pk" PRIMARY KEY("run_id","seq")
);
--> statement-breakpoint
CREATE TABLE "fairlead"."runs" (
	"id" text PRIMARY KEY NOT NULL,
	"header" json NOT NULL,
	"started_at" bigint NOT NULL,
	"ended_at" bigint,
	"events" integer DEFAULT 0 NOT NULL,
	"owner" text,
	"executor" text,
	"executor_key" bigint,
	"cancel_requested_at" bigint
);
--> statement-breakpoint
CREATE TABLE "fairlead"."secret_key" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"key_id" text NOT NULL,
	"naming" "bytea" NOT NULL,
	CONSTRAINT "secret_key_one" CHECK ("fairlead"."secret_key"."one")
);
--> statement-breakpoint
CREATE TABLE "fairlead"."secrets" (
	"name" text PRIMARY KEY NOT NULL,
	"key_id" text NOT NULL,
	"sealed" "bytea" NOT NULL,
	"given_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fairlead"."settings" (
	"name" text PRIMARY KEY NOT NULL,
	"value" json NOT NULL
);
--> statement-breakpoint
ALTER TABLE "fairlead"."run_events" ADD CONSTRAINT "run_events_run_id_runs_id_fk" FOREIGN KEY ("run_id") REFERENCES "fairlead"."runs"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "audit_newest" ON "fairlead"."audit" USING btree ("at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "audit_of_resource" ON "fairlead"."audit" USING btree ("resource_id","at" DESC NULLS FIRST,"id" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "runs_newest" ON "fairlead"."runs" USING btree ("started_at" DESC NULLS FIRST);--> statement-breakpoint
CREATE INDEX "runs_unended" ON "fairlead"."runs" USING btree ("started_at") WHERE "fairlead"."runs"."ended_at" is null;