package dev.latchkey.redis;

import java.util.Locale;

/**
 * A classification of the errors of Redis. Code that receives an error asks this class for its meaning instead
 * of parsing the text. An unlisted error is {@link #OTHER}, from which callers must conclude only that Redis
 * refused the command.
 */
public enum RedisError {
    /** The name holds a value of another type. */
    WRONGTYPE(Kind.BAD_RECORD),
    /** The reply does not fit the command, see {@link #BAD_REPLY_CODE}; this module creates the error, not Redis. */
    BAD_REPLY(Kind.BAD_RECORD),

    /** A script has been running for too long. */
    BUSY(Kind.PASSING),
    /** Redis is loading its data from disk. */
    LOADING(Kind.PASSING),
    TRYAGAIN(Kind.PASSING),
    /** The server is a replica without its primary. */
    MASTERDOWN(Kind.PASSING),
    CLUSTERDOWN(Kind.PASSING),
    /** Redis has too few replicas to accept a write. */
    NOREPLICAS(Kind.PASSING),
    /** Redis cannot save its data and accepts no writes. */
    MISCONF(Kind.PASSING),
    /** The number of clients has reached its limit. */
    MAX_CLIENTS(Kind.PASSING),
    /** Redis does not know the digest of a script; the caller must send the whole script. */
    NOSCRIPT(Kind.PASSING),

    /** The server is a replica, but a primary is needed; after a failover it can become a primary again. */
    READONLY(Kind.WRONG_SERVER),
    MOVED(Kind.WRONG_SERVER),
    ASK(Kind.WRONG_SERVER),
    CROSSSLOT(Kind.WRONG_SERVER),
    /** Redis has no database with this number. */
    NO_DATABASE(Kind.WRONG_SERVER),
    /** Redis is in protected mode. */
    DENIED(Kind.WRONG_SERVER),

    /** Redis has reached its memory limit. */
    OOM(Kind.FULL),

    NOAUTH(Kind.LOGIN),
    WRONGPASS(Kind.LOGIN),

    /** The user lacks a permission, within a script or outside. */
    NOPERM(Kind.PERMISSION),

    /** Redis, or a proxy in front of it, does not know the command. */
    UNKNOWN_COMMAND(Kind.UNSUPPORTED),
    /** Redis does not support the requested protocol version. */
    NOPROTO(Kind.UNSUPPORTED),

    OTHER(Kind.OTHER);

    /** The code of the error that this module creates for a reply of a wrong type. */
    public static final String BAD_REPLY_CODE = "BADREPLY";

    /** The consequence of an error. */
    public enum Kind {
        /** The stored value cannot be read; a read must not treat this error as an absent record. */
        BAD_RECORD,
        /** Redis did nothing, and the same command can succeed later. The error does not show what Redis supports. */
        PASSING,
        /** The setting redis.uri must name another server. */
        WRONG_SERVER,
        /** Redis wrote nothing because it lacks memory. */
        FULL,
        /** The login was refused or is missing. */
        LOGIN,
        /** The user lacks a permission. */
        PERMISSION,
        /** Redis does not support the operation and never will. */
        UNSUPPORTED,
        /** The consequence is unknown. */
        OTHER
    }

    private final Kind kind;

    RedisError(Kind kind) {
        this.kind = kind;
    }

    /** Returns the consequence of this error. */
    public Kind kind() {
        return kind;
    }

    /**
     * Returns the error that a message of Redis reports.
     *
     * @param message the message without the leading dash
     */
    public static RedisError of(String message) {
        int space = message.indexOf(' ');
        String code = space < 0 ? message : message.substring(0, space);
        return switch (code) {
            case "WRONGTYPE" -> WRONGTYPE;
            case BAD_REPLY_CODE -> BAD_REPLY;
            case "BUSY" -> BUSY;
            case "LOADING" -> LOADING;
            case "TRYAGAIN" -> TRYAGAIN;
            case "MASTERDOWN" -> MASTERDOWN;
            case "CLUSTERDOWN" -> CLUSTERDOWN;
            case "NOREPLICAS" -> NOREPLICAS;
            case "MISCONF" -> MISCONF;
            case "NOSCRIPT" -> NOSCRIPT;
            case "READONLY" -> READONLY;
            case "MOVED" -> MOVED;
            case "ASK" -> ASK;
            case "CROSSSLOT" -> CROSSSLOT;
            case "DENIED" -> DENIED;
            case "OOM" -> OOM;
            case "NOAUTH" -> NOAUTH;
            case "WRONGPASS" -> WRONGPASS;
            case "NOPERM" -> NOPERM;
            case "NOPROTO" -> NOPROTO;
            default -> withoutCode(message);
        };
    }

    /** Returns the consequence of the error that a message of Redis reports. */
    public static Kind kindOf(String message) {
        return of(message).kind;
    }

    /** Classifies errors by their text: older errors of Redis have the code ERR or no code. */
    private static RedisError withoutCode(String message) {
        if (message.contains("The user executing the script can't") || message.contains("ACL failure in script")) {
            return NOPERM;
        }
        String lower = message.toLowerCase(Locale.ROOT);
        if (lower.contains("max number of clients")) {
            return MAX_CLIENTS;
        }
        if (lower.contains("db index")) {
            return NO_DATABASE;
        }
        if (lower.contains("unknown command") || lower.contains("unknown subcommand")) {
            return UNKNOWN_COMMAND;
        }
        return OTHER;
    }
}
