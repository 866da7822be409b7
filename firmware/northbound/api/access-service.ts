/** AccessService: signing in and out, users, tokens, client certificates. */

import { timestampMs } from "@bufbuild/protobuf/wkt";
import { fail, ok, type Result } from "../../base/result.js";
import { Role as RoleValue, type AccessService, type ClientCertificateSchema, type TokenSchema,
  type UserSchema } from "../../../proto/gen/cti/gateway/v1/access_pb.js";
import type { ClientCertificate } from "../access/certificates.js";
import type { Identity, Role } from "../access/roles.js";
import type { TokenView } from "../access/tokens.js";
import type { UserView } from "../access/users.js";
import type { PlainInit } from "./encoding.js";
import { roleValues, wordOf } from "./enums.js";
import { Fields } from "./fields.js";
import type { GatewayView } from "./gateway-view.js";
import type { CallContext, ServiceHandlers } from "./handler.js";
import { timestamp } from "./time-message.js";

export const certificateDays = 365;
export const certificateDaysMax = 825;
/** A PKCS#10 with an RSA key of 8,192 bits is about 4 kB of PEM. */
const requestPemLengthMax = 16_384;

function userMessage(user: UserView): PlainInit<typeof UserSchema> {
  return {
    name: user.name, role: roleValues[user.role], disabled: user.disabled,
    createdAt: timestamp(user.createdAtMs),
    signedInAt: user.signedInAtMs === undefined ? undefined : timestamp(user.signedInAtMs),
    mustChangePassword: user.mustChangePassword,
  };
}

function tokenMessage(token: TokenView): PlainInit<typeof TokenSchema> {
  return {
    id: token.id, name: token.name, role: roleValues[token.role],
    createdAt: timestamp(token.createdAtMs),
    expiresAt: token.expiresAtMs === undefined ? undefined : timestamp(token.expiresAtMs),
    usedAt: token.usedAtMs === undefined ? undefined : timestamp(token.usedAtMs),
    createdBy: token.createdBy,
  };
}

function certificateMessage(one: ClientCertificate): PlainInit<typeof ClientCertificateSchema> {
  return { serial: one.serial, name: one.name, role: roleValues[one.role],
    expiresAt: timestamp(one.expiresAtMs), revoked: one.revoked };
}

function roleOf(fields: Fields, value: RoleValue): Role {
  const role = wordOf(roleValues, value);
  if (role === undefined) fields.wrong("role", "is required");
  return role ?? "viewer";
}

/** The caller; the door lets nobody in without one, except to sign in. */
function caller(context: CallContext): Result<Identity> {
  return context.identity === undefined
    ? fail("unauthenticated", "This method needs a sign-in.") : ok(context.identity);
}

const nothing = (result: Result<void>): Result<object> => result.ok ? ok({}) : result;

export function accessHandlers(gateway: GatewayView): ServiceHandlers<typeof AccessService> {
  return { ...sessions(gateway), ...users(gateway), ...credentials(gateway) };
}

type Handlers = ServiceHandlers<typeof AccessService>;

function sessions(
  { access }: GatewayView,
): Pick<Handlers, "signIn" | "signOut" | "whoAmI" | "setPassword"> {
  return {
    signIn: async (request, context) => {
      const fields = new Fields();
      fields.required("name", request.name);
      fields.required("password", request.password, 1_024);
      const checked = fields.result();
      if (!checked.ok) return checked;
      const signed = await access.signIn(request.name, request.password, context.source);
      if (!signed.ok) return signed;
      context.identified(signed.value.identity);
      return ok({ token: signed.value.token, expiresAt: timestamp(signed.value.expiresAtMs),
        user: userMessage(signed.value.user) });
    },
    signOut: async (_request, context) => {
      const by = caller(context);
      return by.ok ? nothing(await access.signOut(by.value)) : by;
    },
    whoAmI: (_request, context) => {
      const by = caller(context);
      return Promise.resolve(by.ok ? ok({ name: by.value.name, role: roleValues[by.value.role],
        method: by.value.method, mustChangePassword: by.value.mustChangePassword }) : by);
    },
    setPassword: async (request, context) => {
      const by = caller(context);
      if (!by.ok) return by;
      const fields = new Fields();
      fields.optional("name", request.name);
      fields.optional("current_password", request.currentPassword, 1_024);
      fields.required("new_password", request.newPassword, 1_024);
      const checked = fields.result();
      if (!checked.ok) return checked;
      return nothing(await access.setPassword(by.value, { name: request.name,
        currentPassword: request.currentPassword, newPassword: request.newPassword },
      context.source));
    },
  };
}

function users(
  { access }: GatewayView,
): Pick<Handlers, "listUsers" | "createUser" | "updateUser" | "deleteUser"> {
  return {
    listUsers: () => Promise.resolve(ok({ users: [...access.listUsers()]
      .sort((a, b) => a.name < b.name ? -1 : 1).map(userMessage) })),
    createUser: async (request) => {
      const fields = new Fields();
      fields.required("name", request.name);
      fields.required("password", request.password, 1_024);
      const role = roleOf(fields, request.role);
      const checked = fields.result();
      if (!checked.ok) return checked;
      const user = await access.createUser(request.name, request.password, role);
      return user.ok ? ok({ user: userMessage(user.value) }) : user;
    },
    updateUser: async (request) => {
      const fields = new Fields();
      fields.required("name", request.name);
      const role = request.role === RoleValue.UNSPECIFIED ? undefined
        : roleOf(fields, request.role);
      const checked = fields.result();
      if (!checked.ok) return checked;
      const user = await access.updateUser(request.name, { role, disabled: request.disabled });
      return user.ok ? ok({ user: userMessage(user.value) }) : user;
    },
    deleteUser: async (request) => {
      const fields = new Fields();
      fields.required("name", request.name);
      const checked = fields.result();
      return checked.ok ? nothing(await access.deleteUser(request.name)) : checked;
    },
  };
}

function credentials(gateway: GatewayView): Pick<Handlers, "listTokens" | "createToken"
  | "revokeToken" | "issueCertificate" | "listCertificates" | "revokeCertificate"> {
  const { access, world } = gateway;
  return {
    listTokens: () => Promise.resolve(ok({ tokens: [...access.listTokens()]
      .sort((a, b) => b.createdAtMs - a.createdAtMs).map(tokenMessage) })),
    createToken: async (request, context) => {
      const by = caller(context);
      if (!by.ok) return by;
      const fields = new Fields();
      fields.required("name", request.name);
      const role = roleOf(fields, request.role);
      const expiresAtMs = request.expiresAt === undefined ? undefined
        : timestampMs(request.expiresAt);
      if (expiresAtMs !== undefined && expiresAtMs <= world.clock.wall().getTime()) {
        fields.wrong("expires_at", "is in the past");
      }
      const checked = fields.result();
      if (!checked.ok) return checked;
      const made = await access.createToken(by.value, request.name, role, expiresAtMs);
      return made.ok ? ok({ token: tokenMessage(made.value.token), secret: made.value.secret })
        : made;
    },
    revokeToken: async (request) => {
      const fields = new Fields();
      fields.required("id", request.id);
      const checked = fields.result();
      return checked.ok ? nothing(await access.revokeToken(request.id)) : checked;
    },
    issueCertificate: async (request, context) => {
      const by = caller(context);
      if (!by.ok) return by;
      const fields = new Fields();
      fields.required("request_pem", request.requestPem, requestPemLengthMax);
      const role = roleOf(fields, request.role);
      const days = fields.count("valid_days", request.validDays, certificateDays,
        certificateDaysMax);
      const checked = fields.result();
      if (!checked.ok) return checked;
      return access.issueCertificate(by.value, request.requestPem, role, days);
    },
    listCertificates: () => Promise.resolve(ok({
      certificates: access.listCertificates().map(certificateMessage) })),
    revokeCertificate: async (request) => {
      const fields = new Fields();
      fields.required("serial", request.serial);
      const checked = fields.result();
      return checked.ok ? nothing(await access.revokeCertificate(request.serial)) : checked;
    },
  };
}
