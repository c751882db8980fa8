window.BENCHMARK_DATA = {
  "entries": {
    "smoke eeaa155431fff002 (bigger is better)": [
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9980.836793356755
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 1.0080645161290307
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2495.209198339189
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 1.0080645161290325
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9980.836793356755
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 1.0080645161290307
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2495.209198339189
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 1.0080645161290325
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9aca00",
          "message": "Commit 0",
          "timestamp": "2001-09-09T01:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9aca00"
        },
        "date": 999308800000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9900.9900990099
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2475.247524752475
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9900.9900990099
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2475.247524752475
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9ad810",
          "message": "Commit 1",
          "timestamp": "2001-09-09T02:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9ad810"
        },
        "date": 999395200000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9822.410812509823
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.9920634920634908
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2455.6027031274557
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.9920634920634924
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9822.410812509823
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.9920634920634908
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2455.6027031274557
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.9920634920634924
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9ae620",
          "message": "Commit 2",
          "timestamp": "2001-09-09T03:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9ae620"
        },
        "date": 999481600000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9940.753111455724
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 1.004016064257028
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2485.188277863931
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 1.004016064257028
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9940.753111455724
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 1.004016064257028
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2485.188277863931
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 1.004016064257028
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9af430",
          "message": "Commit 3",
          "timestamp": "2001-09-09T04:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9af430"
        },
        "date": 999568000000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9861.543923316634
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.9960159362549801
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2465.3859808291586
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.9960159362549801
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9861.543923316634
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.9960159362549801
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2465.3859808291586
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.9960159362549801
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b0240",
          "message": "Commit 4",
          "timestamp": "2001-09-09T05:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b0240"
        },
        "date": 999654400000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9980.836793356755
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 1.0080645161290307
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2495.209198339189
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 1.0080645161290325
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9980.836793356755
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 1.0080645161290307
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2495.209198339189
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 1.0080645161290325
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b1050",
          "message": "Commit 5",
          "timestamp": "2001-09-09T06:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b1050"
        },
        "date": 999740800000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9900.9900990099
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2475.247524752475
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9900.9900990099
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2475.247524752475
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b1e60",
          "message": "Commit 6",
          "timestamp": "2001-09-09T07:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b1e60"
        },
        "date": 999827200000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9822.410812509823
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.9920634920634908
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2455.6027031274557
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.9920634920634924
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9822.410812509823
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.9920634920634908
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2455.6027031274557
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.9920634920634924
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b2c70",
          "message": "Commit 7",
          "timestamp": "2001-09-09T08:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b2c70"
        },
        "date": 999913600000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9940.753111455724
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 1.004016064257028
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2485.188277863931
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 1.004016064257028
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9940.753111455724
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 1.004016064257028
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2485.188277863931
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 1.004016064257028
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b3a80",
          "message": "Commit 8",
          "timestamp": "2001-09-09T09:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b3a80"
        },
        "date": 1000000000000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9861.543923316634
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.9960159362549801
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2465.3859808291586
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.9960159362549801
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9861.543923316634
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.9960159362549801
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2465.3859808291586
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.9960159362549801
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b4890",
          "message": "Commit 9",
          "timestamp": "2001-09-09T10:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b4890"
        },
        "date": 1000086400000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9980.836793356755
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 1.0080645161290307
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2495.209198339189
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 1.0080645161290325
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9980.836793356755
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 1.0080645161290307
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2495.209198339189
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 1.0080645161290325
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b56a0",
          "message": "Commit 10",
          "timestamp": "2001-09-09T11:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b56a0"
        },
        "date": 1000172800000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 9900.9900990099
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 2475.247524752475
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 9900.9900990099
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 2475.247524752475
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b64b0",
          "message": "Commit 11",
          "timestamp": "2001-09-09T12:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b64b0"
        },
        "date": 1000259200000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7857.928650007857
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.7936507936507933
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1964.4821625019642
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.793650793650794
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7857.928650007857
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.7936507936507933
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1964.4821625019642
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.793650793650794
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b72c0",
          "message": "Commit 12",
          "timestamp": "2001-09-09T13:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b72c0"
        },
        "date": 1000345600000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7952.602489164579
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.8032128514056217
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1988.1506222911448
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.8032128514056224
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7952.602489164579
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.8032128514056217
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1988.1506222911448
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.8032128514056224
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b80d0",
          "message": "Commit 13",
          "timestamp": "2001-09-09T14:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b80d0"
        },
        "date": 1000432000000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7889.235138653307
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.7968127490039834
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1972.3087846633268
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.7968127490039841
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7889.235138653307
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.7968127490039834
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1972.3087846633268
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.7968127490039841
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b8ee0",
          "message": "Commit 14",
          "timestamp": "2001-09-09T15:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b8ee0"
        },
        "date": 1000518400000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7984.669434685405
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.8064516129032253
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1996.1673586713512
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.806451612903226
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7984.669434685405
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.8064516129032253
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1996.1673586713512
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.806451612903226
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b9cf0",
          "message": "Commit 15",
          "timestamp": "2001-09-09T16:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b9cf0"
        },
        "date": 1000604800000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7920.79207920792
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.7999999999999994
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1980.19801980198
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.8
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7920.79207920792
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.7999999999999994
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1980.19801980198
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.8
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bab00",
          "message": "Commit 16",
          "timestamp": "2001-09-09T17:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bab00"
        },
        "date": 1000691200000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7857.928650007857
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.7936507936507933
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1964.4821625019642
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.793650793650794
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7857.928650007857
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.7936507936507933
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1964.4821625019642
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.793650793650794
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bb910",
          "message": "Commit 17",
          "timestamp": "2001-09-09T18:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bb910"
        },
        "date": 1000777600000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7952.602489164579
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.8032128514056217
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1988.1506222911448
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.8032128514056224
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7952.602489164579
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.8032128514056217
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1988.1506222911448
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.8032128514056224
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bc720",
          "message": "Commit 18",
          "timestamp": "2001-09-09T19:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bc720"
        },
        "date": 1000864000000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7889.235138653307
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.7968127490039834
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1972.3087846633268
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.7968127490039841
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7889.235138653307
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.7968127490039834
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1972.3087846633268
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.7968127490039841
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bd530",
          "message": "Commit 19",
          "timestamp": "2001-09-09T20:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bd530"
        },
        "date": 1000950400000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7984.669434685405
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.8064516129032253
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1996.1673586713512
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.806451612903226
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7984.669434685405
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.8064516129032253
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1996.1673586713512
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.806451612903226
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9be340",
          "message": "Commit 20",
          "timestamp": "2001-09-09T21:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9be340"
        },
        "date": 1001036800000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7920.79207920792
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.7999999999999994
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1980.19801980198
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.8
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7920.79207920792
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.7999999999999994
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1980.19801980198
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.8
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bf150",
          "message": "Commit 21",
          "timestamp": "2001-09-09T22:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bf150"
        },
        "date": 1001123200000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7857.928650007857
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.7936507936507933
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1964.4821625019642
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.793650793650794
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7857.928650007857
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.7936507936507933
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1964.4821625019642
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.793650793650794
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bff60",
          "message": "Commit 22",
          "timestamp": "2001-09-09T23:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bff60"
        },
        "date": 1001209600000,
        "tool": "customBiggerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops",
            "unit": "op/s",
            "value": 7952.602489164579
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native iops to the reference",
            "unit": "x",
            "value": 0.8032128514056217
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops",
            "unit": "op/s",
            "value": 1988.1506222911448
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial iops to the reference",
            "unit": "x",
            "value": 0.8032128514056224
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops",
            "unit": "op/s",
            "value": 7952.602489164579
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native iops to the reference",
            "unit": "x",
            "value": 0.8032128514056217
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops",
            "unit": "op/s",
            "value": 1988.1506222911448
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial iops to the reference",
            "unit": "x",
            "value": 0.8032128514056224
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9c0d70",
          "message": "Commit 23",
          "timestamp": "2001-09-10T00:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9c0d70"
        },
        "date": 1001296000000,
        "tool": "customBiggerIsBetter"
      }
    ],
    "smoke eeaa155431fff002 (smaller is better)": [
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9aca00",
          "message": "Commit 0",
          "timestamp": "2001-09-09T01:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9aca00"
        },
        "date": 999308800000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9ad810",
          "message": "Commit 1",
          "timestamp": "2001-09-09T02:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9ad810"
        },
        "date": 999395200000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9ae620",
          "message": "Commit 2",
          "timestamp": "2001-09-09T03:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9ae620"
        },
        "date": 999481600000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9af430",
          "message": "Commit 3",
          "timestamp": "2001-09-09T04:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9af430"
        },
        "date": 999568000000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b0240",
          "message": "Commit 4",
          "timestamp": "2001-09-09T05:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b0240"
        },
        "date": 999654400000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b1050",
          "message": "Commit 5",
          "timestamp": "2001-09-09T06:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b1050"
        },
        "date": 999740800000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b1e60",
          "message": "Commit 6",
          "timestamp": "2001-09-09T07:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b1e60"
        },
        "date": 999827200000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b2c70",
          "message": "Commit 7",
          "timestamp": "2001-09-09T08:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b2c70"
        },
        "date": 999913600000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b3a80",
          "message": "Commit 8",
          "timestamp": "2001-09-09T09:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b3a80"
        },
        "date": 1000000000000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b4890",
          "message": "Commit 9",
          "timestamp": "2001-09-09T10:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b4890"
        },
        "date": 1000086400000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b56a0",
          "message": "Commit 10",
          "timestamp": "2001-09-09T11:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b56a0"
        },
        "date": 1000172800000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b64b0",
          "message": "Commit 11",
          "timestamp": "2001-09-09T12:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b64b0"
        },
        "date": 1000259200000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b72c0",
          "message": "Commit 12",
          "timestamp": "2001-09-09T13:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b72c0"
        },
        "date": 1000345600000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b80d0",
          "message": "Commit 13",
          "timestamp": "2001-09-09T14:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b80d0"
        },
        "date": 1000432000000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b8ee0",
          "message": "Commit 14",
          "timestamp": "2001-09-09T15:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b8ee0"
        },
        "date": 1000518400000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9b9cf0",
          "message": "Commit 15",
          "timestamp": "2001-09-09T16:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9b9cf0"
        },
        "date": 1000604800000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bab00",
          "message": "Commit 16",
          "timestamp": "2001-09-09T17:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bab00"
        },
        "date": 1000691200000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bb910",
          "message": "Commit 17",
          "timestamp": "2001-09-09T18:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bb910"
        },
        "date": 1000777600000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bc720",
          "message": "Commit 18",
          "timestamp": "2001-09-09T19:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bc720"
        },
        "date": 1000864000000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bd530",
          "message": "Commit 19",
          "timestamp": "2001-09-09T20:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bd530"
        },
        "date": 1000950400000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9be340",
          "message": "Commit 20",
          "timestamp": "2001-09-09T21:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9be340"
        },
        "date": 1001036800000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bf150",
          "message": "Commit 21",
          "timestamp": "2001-09-09T22:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bf150"
        },
        "date": 1001123200000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9bff60",
          "message": "Commit 22",
          "timestamp": "2001-09-09T23:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9bff60"
        },
        "date": 1001209600000,
        "tool": "customSmallerIsBetter"
      },
      {
        "benches": [
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "read/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, read bs=1m iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "read/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99",
            "unit": "us",
            "value": 100.864
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native kicks",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native copied_bytes",
            "range": "± 0.000",
            "unit": "B/op",
            "value": 0.0
          },
          {
            "extra": "2 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=QEMU",
            "name": "filestat/x native instructions",
            "range": "± 0.000",
            "unit": "/op",
            "value": 500.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p50 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99",
            "unit": "us",
            "value": 403.456
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial p99 to the reference",
            "unit": "x",
            "value": 1.0
          },
          {
            "extra": "3 boots, A model 7.2.22, filestat iodepth=1 size=16m files=1 msize=1028k 9P2000.L wait=poll server=ninewire",
            "name": "filestat/x serial messages",
            "range": "± 0.000",
            "unit": "/op",
            "value": 1.0
          }
        ],
        "commit": {
          "author": {
            "email": "",
            "name": "",
            "username": ""
          },
          "committer": {
            "email": "",
            "name": "",
            "username": ""
          },
          "distinct": true,
          "id": "000000000000000000000000000000003b9c0d70",
          "message": "Commit 23",
          "timestamp": "2001-09-10T00:46:40Z",
          "url": "https://example.org/ninewire/commit/000000000000000000000000000000003b9c0d70"
        },
        "date": 1001296000000,
        "tool": "customSmallerIsBetter"
      }
    ]
  },
  "lastUpdate": 1001296000000,
  "repoUrl": "https://example.org/ninewire/"
}
