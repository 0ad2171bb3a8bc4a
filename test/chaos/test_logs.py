"""What a log says of itself is believed."""
import unittest

from logs import complaints

STAMP = "2026-01-01T00:00:00.000Z"
LEADS = STAMP + " info leading server={0} component=proposal leader={0} epoch={1}\n"


class Logs(unittest.TestCase):
    def test_a_leader_for_each_epoch_is_fine(self):
        self.assertEqual(complaints({1: LEADS.format(1, 1) + LEADS.format(1, 3), 2: LEADS.format(2, 2)}), [])

    def test_two_leaders_of_one_epoch_are_noticed(self):
        self.assertEqual(complaints({1: LEADS.format(1, 4), 2: LEADS.format(2, 4)}), ["epoch 4 has two leaders, 1 and 2"])

    def test_an_error_is_noticed_unless_it_was_provoked(self):
        swapped = STAMP + " error start_refused server=2 reason=\"the data directory belongs to server 5, this is server 2\"\n"
        self.assertEqual(complaints({2: swapped}), [])
        self.assertEqual(len(complaints({2: STAMP + " error server_ends server=2 reason=\"the disk failed\"\n"})), 1)

    def test_a_failed_check_is_noticed(self):
        self.assertEqual(len(complaints({1: "fatal invariant=\"a quorum has logged what is committed\" at=x.cc:1\n"})), 1)


if __name__ == "__main__":
    unittest.main()
