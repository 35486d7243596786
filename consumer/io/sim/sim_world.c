/* See sim_world.h. The lists hold invented names, titles and searches that occur nowhere
 * else, so that a search for one of them in a database proves a leak. */
#include "io/sim/sim_world.h"

#include "io/sim/sim_calendar.h"
#include "io/sim/sim_text.h"

enum question { /* keeps the answers of sim_hash apart from one another */
                ASK_KIND = 100,
                ASK_HOUSEHOLD,
                ASK_REGISTERS,
                ASK_NAME,
                ASK_CARD,
                ASK_DEVICES,
                ASK_TABLET
};

const char *const sim_staff_ids[SIM_STAFF] = {
    "5ca1ab1e-0000-4000-8000-000000000001",
    "5ca1ab1e-0000-4000-8000-000000000002",
};
const char *const sim_branch_ids[SIM_BRANCHES] = {
    "b4a2c4e5-0000-4000-8000-000000000001", /* the main library */
    "b4a2c4e5-0000-4000-8000-000000000002", /* the university's */
    "b4a2c4e5-0000-4000-8000-000000000003", /* in the east of the town */
    "b4a2c4e5-0000-4000-8000-000000000004", /* at the harbour */
    "b4a2c4e5-0000-4000-8000-000000000005", /* in a village nearby */
};
const char *const sim_group_ids[SIM_GROUPS] = {
    "9a0ab5e0-0000-4000-8000-000000000001",
    "9a0ab5e0-0000-4000-8000-000000000002",
    "9a0ab5e0-0000-4000-8000-000000000003",
    "9a0ab5e0-0000-4000-8000-000000000004",
};

const char *const sim_titles[] = {
    "The Lighthouse Ledger of Quillhaven",
    "Bees Above Brambleton",
    "A Grammar of Driftwood",
    "Nine Winters in Osterholm",
    "The Clockmaker's Quiet Rebellion",
    "Salt, Slate and Silver",
    "Der Garten der Frau Zwirnbein",
    "How Rivers Forget",
    "Notes from the Tidal Archive",
    "Marrowfield: A Village in Maps",
    "The Last Stenographer",
    "Kürbisse im Nebel",
    "An Unhurried Guide to Mosses",
    "The Cartographer's Daughter-in-Law",
    "Seventeen Bridges",
    "Letters to a Provincial Astronomer",
    "The Porcelain Strike",
    "Hinter dem Hafenbecken",
    "Beginning Beekeeping in Cold Places",
    "The Orchard Theorem",
    "A Short History of Thresholds",
    "Where the Tramlines End",
    "Das Echo von Wellenbruch",
    "The Understudy's Year",
    "Cooking with Forgotten Grains",
    "The Inland Lighthouse",
    "Paper Kites over Vellmar",
    "Statistics for the Reluctant Gardener",
    "The Ferryman of Lower Tindle",
    "Once Upon a Municipal Budget",
    "Die Uhren von Sankt Alarich",
    "Twelve Doors, One Key",
};
const char *const sim_queries[] = {
    "zanzibar beekeeping manual",
    "quillhaven lighthouse",
    "divorce without lawyer guide",
    "moss identification osterholm",
    "early onset tremor causes",
    "bankruptcy small bakery",
    "porcelain strike 1911 photographs",
    "how to leave a sect",
    "wellenbruch echo roman",
    "teenage pregnancy advice zwirnbein",
    "tramlines vellmar history",
    "union organising warehouse",
    "grains forgotten cooking",
    "asylum procedure interpreter",
    "provincial astronomer letters",
    "tidal archive notes",
    "insomnia shift work",
    "marrowfield maps 1820",
    "citizenship test osterholm",
    "kürbis nebel kinderbuch",
    "reluctant gardener statistics",
    "stenographer memoir last",
    "municipal budget satire",
    "inland lighthouse novel",
    "debt counselling brambleton",
    "gender transition clinics",
    "orchard theorem proof",
    "ferryman tindle folk song",
    "grief after miscarriage",
    "sankt alarich uhren",
    "understudy theatre diary",
    "thresholds architecture essay",
};
const char *const sim_subjects[] = {
    "My hold on Osterholm never arrived",
    "Cannot log in with my new card",
    "Fee for the Porcelain Strike is wrong",
    "The e-book reader says denied",
    "Please extend my loan, I am in hospital",
    "Opening hours on Alarich day",
    "Lost my card on the Vellmar tram",
    "Returned the bee book, still on my account",
    "Frage zur Fernleihe Wellenbruch",
    "Wrong e-mail on my account",
    "Kiosk ate my printout",
    "Is the reading room heated in winter",
};
const char *const sim_first_names[] = {
    "Aldous",    "Brunhild", "Cosima",   "Dorkas",     "Emeran",     "Friedlind",
    "Gwendal",   "Hedwiga",  "Isidor",   "Jolanda",    "Käthe",      "Leberecht",
    "Mechthild", "Notburga", "Odilo",    "Philippine", "Quirin",     "Roswitha",
    "Sieglinde", "Thaddäus", "Ulfrida",  "Volkmar",    "Walburga",   "Xaver",
    "Yolande",   "Zeno",     "Adelgund", "Balduin",    "Crescentia", "Dietlind",
    "Eginhard",  "Fridolin",
};
const char *const sim_last_names[] = {
    "Zwirnbein",       "Quastenhuber", "Brambleton",  "Osterkamp-Vahle", "Tindlewick",
    "Marrowfield",     "Wellenbruch",  "Alarichsen",  "Hafenbeck",       "Grimsdotter",
    "Pfefferkuch",     "Lindenzweig",  "Strohwasser", "Kupferdraht",     "Nebelhorn",
    "Federkiel",       "Rosshaupt",    "Silberzahn",  "Mühlenrad",       "Krautwurm",
    "Sonnleitner-Ott", "Wackernagl",   "Eisenbart",   "Dornkaat",        "Flickschuh",
    "Glockengut",      "Heuschober",   "Immergrün",   "Jammertal",       "Kesselflick",
    "Lautenschlag",    "Morgenstund",
};

/* Chances in 256, Monday to Sunday: once in a while, every other week, several times a
 * week; and the test accounts. */
static const uint8_t rhythms[4][7] = {
    {7, 8, 7, 8, 6, 9, 8},
    {24, 26, 25, 26, 20, 28, 22},
    {80, 84, 82, 84, 64, 76, 58},
    {250, 250, 250, 250, 250, 0, 0},
};

/* Of 1,000 customers of a group so many use each branch. */
static const int branches[SIM_GROUPS][SIM_BRANCHES] = {
    [SIM_READER] = {560, 40, 200, 120, 80},
    [SIM_STUDENT] = {230, 640, 80, 30, 20},
    [SIM_SCHOLAR] = {180, 740, 40, 20, 20},
    [SIM_CHILD] = {480, 0, 270, 140, 110},
};

/* How the ten of a block live where they share addresses. */
static const uint8_t households[][SIM_BLOCK + 1] = {
    {2, 3, 5}, {4, 2, 4}, {5, 5}, {3, 3, 4}, {2, 2, 2, 4}, {3, 4, 3}, {5, 2, 3}, {10},
};
enum { HOUSEHOLDS = sizeof households / sizeof households[0] };

static bool in_1000(uint64_t h, int n)
{
    return (int) sim_scale(h, 1000) < n;
}

int64_t sim_everybody(const struct sim_world *w)
{
    return w->customers +
           (w->knobs.staff > 0 ? SIM_STAFF + (w->customers * 14 + 999) / 1000 : 0);
}

/* The whole block shares or nobody in it does; the last, unfinished one does not. */
static void join_household(const struct sim_world *w, struct sim_person *p)
{
    uint32_t first = p->no / SIM_BLOCK * SIM_BLOCK;
    uint64_t h = sim_hash(w->seed, ASK_HOUSEHOLD, first, 0);
    const uint8_t *size = households[h % HOUSEHOLDS];

    p->email_no = p->no;
    p->household = 1;
    if (!in_1000(h, w->knobs.family) || (int64_t) first + SIM_BLOCK > w->customers)
        return;
    for (; p->no >= first + *size; size++)
        first += *size;
    p->email_no = first;
    p->household = *size;
}

static void own_devices(const struct sim_world *w, struct sim_person *p)
{
    uint64_t h = sim_hash(w->seed, ASK_DEVICES, p->no, 0);
    uint64_t pair = sim_hash(w->seed, ASK_TABLET, p->no & ~UINT32_C(1), 0);

    p->device = (h & 1) != 0 ? SIM_LAPTOP : SIM_PHONE;
    p->renewed[SIM_LAPTOP] = p->renewed[SIM_PHONE] = INT16_MAX;
    p->two_devices = in_1000(h, w->knobs.devices);
    if (p->two_devices)
        for (uint64_t i = SIM_LAPTOP; i <= SIM_PHONE; i++)
            p->renewed[i] = (int16_t) sim_scale(
                sim_hash(w->seed, ASK_DEVICES, p->no, i + 1), (uint64_t) w->days);
    p->tablet = in_1000(pair, w->knobs.devices) && (p->no | 1) < w->customers;
}

static int branch_of(int group, uint64_t h)
{
    int at = (int) sim_scale(h, 1000), branch = 0;

    while (at >= branches[group][branch])
        at -= branches[group][branch++];
    return branch;
}

void sim_person_of(const struct sim_world *w, uint32_t no, struct sim_person *p)
{
    uint64_t h = sim_hash(w->seed, ASK_KIND, no, 0);
    unsigned rhythm = (unsigned) (h & 127), group = (unsigned) (h >> 7 & 63);
    int64_t from_ms, to_ms;

    *p = (struct sim_person){.no = no, .email_no = no, .household = 1};
    p->registers_on = -1;
    p->kind = no >= w->customers + SIM_STAFF       ? SIM_FOREIGN
              : no >= w->customers                 ? SIM_TESTER
              : in_1000(h, w->knobs.anonymous / 3) ? SIM_VISITOR
                                                   : SIM_MEMBER;
    p->group = group < 29   ? SIM_READER
               : group < 51 ? SIM_STUDENT
               : group < 56 ? SIM_SCHOLAR
                            : SIM_CHILD;
    p->branch = (uint8_t) branch_of(p->group, sim_mix(h + SIM_GOLDEN));
    rhythm = rhythm < 64 ? 0 : rhythm < 112 ? 1 : 2;
    if (p->kind == SIM_TESTER)
        rhythm = 3;
    if (p->kind != SIM_TESTER && p->kind != SIM_FOREIGN)
        join_household(w, p);
    if (p->kind == SIM_MEMBER && (h >> 20 & 127) < 8) {
        p->registers_on =
            (int) sim_scale(sim_hash(w->seed, ASK_REGISTERS, no, 0), (uint64_t) w->days);
        while (!sim_opens(p->branch, w->from_day + p->registers_on, &from_ms, &to_ms))
            p->registers_on++;
        rhythm = 2; /* a new card is used */
    }
    own_devices(w, p);
    memcpy(p->busy, rhythms[rhythm], sizeof p->busy);
}

bool sim_has_tablet(const struct sim_world *w, const struct sim_person *p, int day)
{
    uint64_t pair = sim_hash(w->seed, ASK_TABLET, p->no & ~UINT32_C(1), 1);
    uint32_t turn;

    if (!p->tablet)
        return false;
    if (p->household > 1) /* to and fro, three days each */
        turn = (uint32_t) sim_hash(pair, ASK_TABLET, (uint64_t) day / 3, 2) & 1;
    else
        turn = day >= (int) sim_scale(pair, (uint64_t) w->days);
    return turn == (p->no & 1);
}

void sim_put_id(struct buf *b, const struct sim_world *w, enum sim_id what, uint64_t a,
                uint64_t c)
{
    uint64_t high = sim_hash(w->seed, (uint64_t) what, a, c);

    sim_put_uuid(b, high, sim_mix(high + SIM_GOLDEN));
}

/* Which test account; -1: none */
static int staff_no(const struct sim_world *w, uint32_t no)
{
    return no >= w->customers && no < w->customers + SIM_STAFF ? (int) (no - w->customers)
                                                               : -1;
}

void sim_put_user_id(struct buf *b, const struct sim_world *w, uint32_t no)
{
    if (staff_no(w, no) >= 0)
        sim_puts(b, sim_staff_ids[staff_no(w, no)]);
    else
        sim_put_id(b, w, SIM_ID_USER, no, 0);
}

void sim_put_card(struct buf *b, const struct sim_world *w, uint32_t no)
{
    uint64_t h = sim_hash(w->seed, ASK_CARD, no, 0) % 1000;

    if (staff_no(w, no) >= 0) {
        SIM_LIT(b, "TEST-");
        sim_put_int(b, 1 + staff_no(w, no));
        return;
    }
    /* the number in the middle keeps cards distinct */
    sim_put_int(b, INT64_C(21913000000000) + (int64_t) no * 1000 + (int64_t) h);
}

const char *sim_first_name(const struct sim_world *w, uint32_t no)
{
    return sim_first_names[sim_hash(w->seed, ASK_NAME, no, 1) % SIM_NAMES];
}

const char *sim_last_name(const struct sim_world *w, uint32_t no)
{
    return sim_last_names[sim_hash(w->seed, ASK_NAME, no, 2) % SIM_NAMES];
}

/* Addresses are ASCII: letters with marks are left out. */
static void put_ascii(struct buf *b, const char *name)
{
    for (; *name != '\0'; name++)
        if ((*name & 0x80) == 0)
            sim_put(b, name, 1);
}

void sim_put_email(struct buf *b, const struct sim_world *w, const struct sim_person *p)
{
    uint32_t no = p->email_no;

    if (staff_no(w, no) >= 0) {
        SIM_LIT(b, "test");
        sim_put_int(b, 1 + staff_no(w, no));
        SIM_LIT(b, "@library.example");
        return;
    }
    if (p->household > 1)
        SIM_LIT(b, "family");
    else
        put_ascii(b, sim_first_name(w, no));
    SIM_LIT(b, ".");
    put_ascii(b, sim_last_name(w, no));
    SIM_LIT(b, ".");
    sim_put_int(b, no);
    SIM_LIT(b, "@mail.example");
}

void sim_put_web_user(struct buf *b, const struct sim_world *w, uint32_t no)
{
    if (staff_no(w, no) >= 0) {
        SIM_LIT(b, "wu-test-");
        sim_put_int(b, 1 + staff_no(w, no));
        return;
    }
    SIM_LIT(b, "wu-");
    sim_put_hex(b, sim_hash(w->seed, ASK_CARD, no, 7), 16);
}
