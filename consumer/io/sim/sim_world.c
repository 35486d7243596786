/* See sim_world.h. The lists hold invented names, titles and searches that occur nowhere
 * else, so that a search for one of them in a database proves a leak. */
#include "io/sim/sim_world.h"

#include "io/sim/sim_text.h"

enum question { /* keeps the answers of sim_hash apart from one another */
                ASK_KIND = 100,
                ASK_RHYTHM,
                ASK_HOUSEHOLD,
                ASK_REGISTERS,
                ASK_NAME,
                ASK_CARD
};

const char *const sim_staff_ids[SIM_STAFF] = {
    "5ca1ab1e-0000-4000-8000-000000000001",
    "5ca1ab1e-0000-4000-8000-000000000002",
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
 * week. */
static const uint8_t rhythms[3][7] = {
    {7, 8, 7, 8, 6, 9, 8},
    {24, 26, 25, 26, 20, 28, 22},
    {80, 84, 82, 84, 64, 76, 58},
};

void sim_person_of(const struct sim_world *w, uint32_t no, struct sim_person *p)
{
    uint64_t h = sim_hash(w->seed, ASK_KIND, no, 0);
    unsigned kind = (unsigned) (h & 1023), rhythm = (unsigned) (h >> 10 & 127);
    unsigned home = (unsigned) (sim_hash(w->seed, ASK_HOUSEHOLD, no / 2, 0) & 1023);

    if ((no | 1) >= w->customers)
        home = 1023; /* the last one has no neighbour */

    p->no = no;
    p->household = 0;
    p->registers_on = -1;
    if (no >= w->customers)
        p->kind = SIM_TESTER;
    else if (home < 31)
        p->kind = SIM_MEMBER; /* both of a household have cards */
    else
        p->kind = kind < 14 ? SIM_FOREIGN : kind < 200 ? SIM_VISITOR : SIM_MEMBER;
    if (p->kind == SIM_MEMBER && home < 31)
        p->household = 1 + (int) (no & 1);
    if (p->kind == SIM_MEMBER && p->household == 0 && (h >> 20 & 127) < 8) {
        p->registers_on =
            (int) sim_scale(sim_hash(w->seed, ASK_REGISTERS, no, 0), (uint64_t) w->days);
        rhythm = 127; /* a new card is used */
    }
    memcpy(p->busy, rhythms[rhythm < 64 ? 0 : rhythm < 112 ? 1 : 2], sizeof p->busy);
    if (p->kind == SIM_TESTER)
        memcpy(p->busy, (uint8_t[7]){250, 250, 250, 250, 250, 0, 0}, sizeof p->busy);
}

void sim_put_id(struct buf *b, const struct sim_world *w, enum sim_id what, uint64_t a,
                uint64_t c)
{
    uint64_t high = sim_hash(w->seed, (uint64_t) what, a, c);

    sim_put_uuid(b, high, sim_mix(high + SIM_GOLDEN));
}

void sim_put_user_id(struct buf *b, const struct sim_world *w, uint32_t no)
{
    if (no >= w->customers)
        sim_puts(b, sim_staff_ids[no - w->customers]);
    else
        sim_put_id(b, w, SIM_ID_USER, no, 0);
}

void sim_put_card(struct buf *b, const struct sim_world *w, uint32_t no)
{
    uint64_t h = sim_hash(w->seed, ASK_CARD, no, 0) % 1000;

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
    uint32_t no = p->household != 0 ? p->no & ~UINT32_C(1) : p->no;

    if (p->household != 0) {
        SIM_LIT(b, "family");
    } else {
        put_ascii(b, sim_first_name(w, no));
    }
    SIM_LIT(b, ".");
    put_ascii(b, sim_last_name(w, no));
    SIM_LIT(b, ".");
    sim_put_int(b, no);
    SIM_LIT(b, "@mail.example");
}

void sim_put_web_user(struct buf *b, const struct sim_world *w, uint32_t no)
{
    SIM_LIT(b, "wu-");
    sim_put_hex(b, sim_hash(w->seed, ASK_CARD, no, 7), 12);
}
