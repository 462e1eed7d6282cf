package dev.latchkey.redis;

import java.util.Locale;

/**
 * Every error of Redis, classified once: whoever gets one asks here what it means, instead of the text. What is not listed is
 * {@link #OTHER}, from which nothing may be concluded but that the command was refused.
 */
public enum RedisError {
    /** A value of another type is stored under this name. */
    WRONGTYPE(Kind.BAD_RECORD),
    /** The reply was no reply to the command, see {@link #BAD_REPLY_CODE}; made here, not by Redis. */
    BAD_REPLY(Kind.BAD_RECORD),

    /** A script runs for too long. */
    BUSY(Kind.PASSING),
    /** It reads its data from disk. */
    LOADING(Kind.PASSING),
    TRYAGAIN(Kind.PASSING),
    /** A replica without its primary. */
    MASTERDOWN(Kind.PASSING),
    CLUSTERDOWN(Kind.PASSING),
    /** Too few replicas for a write. */
    NOREPLICAS(Kind.PASSING),
    /** It cannot save its data, and takes no writes. */
    MISCONF(Kind.PASSING),
    /** The number of clients is at its limit. */
    MAX_CLIENTS(Kind.PASSING),
    /** A script is not known by its digest; it has to be sent whole. */
    NOSCRIPT(Kind.PASSING),

    /** A replica, where a primary is needed; after a failover it may be one again. */
    READONLY(Kind.WRONG_SERVER),
    MOVED(Kind.WRONG_SERVER),
    ASK(Kind.WRONG_SERVER),
    CROSSSLOT(Kind.WRONG_SERVER),
    /** There is no database of this number. */
    NO_DATABASE(Kind.WRONG_SERVER),
    /** Protected mode. */
    DENIED(Kind.WRONG_SERVER),

    /** It is at its memory limit. */
    OOM(Kind.FULL),

    NOAUTH(Kind.LOGIN),
    WRONGPASS(Kind.LOGIN),

    /** The user lacks a permission, in a script or outside. */
    NOPERM(Kind.PERMISSION),

    /** Redis, or a proxy before it, does not know the command. */
    UNKNOWN_COMMAND(Kind.UNSUPPORTED),
    /** It does not speak the protocol that was asked for. */
    NOPROTO(Kind.UNSUPPORTED),

    OTHER(Kind.OTHER);

    /** The code of an error that is made here for a reply of a wrong type. */
    public static final String BAD_REPLY_CODE = "BADREPLY";

    /** What follows from an error. */
    public enum Kind {
        /** What is stored cannot be read; a read must not take that for absence. */
        BAD_RECORD,
        /** The same command may succeed later, unchanged; nothing was done, and nothing is known of what Redis can do. */
        PASSING,
        /** Another server is expected in redis.uri. */
        WRONG_SERVER,
        /** Nothing was written for want of memory. */
        FULL,
        /** The login is refused, or is lacking. */
        LOGIN,
        /** The user lacks a permission. */
        PERMISSION,
        /** Redis will never do it. */
        UNSUPPORTED,
        /** Not known. */
        OTHER
    }

    private final Kind kind;

    RedisError(Kind kind) {
        this.kind = kind;
    }

    /** Returns what follows from this error. */
    public Kind kind() {
        return kind;
    }

    /**
     * Returns which error a message of Redis is.
     *
     * @param message without the dash before it
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

    /** Returns what follows from a message of Redis. */
    public static Kind kindOf(String message) {
        return of(message).kind;
    }

    /** Older errors have the code ERR, or none. */
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
